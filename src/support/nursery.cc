#include "support/nursery.h"

#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>

#include "support/subprocess.h"

namespace graphwitness {
namespace {

constexpr std::size_t kDescriptors = 3;
constexpr std::size_t kLongestRequest = 1U << 16U;
constexpr int kWaitMilliseconds = 50;
/// For the program's start; a busy machine may take long.
constexpr std::chrono::seconds kPatience{60};

constinit Nursery* alive = nullptr;

/// Goes before the arguments, each of which ends in a zero byte.
struct Header {
  pid_t parent;
  rlim_t result_limit;
  rlim_t memory_limit;
};

/// Room for the descriptors that go with a message.
union Attached {
  cmsghdr header;
  std::array<char, CMSG_SPACE(kDescriptors * sizeof(int))> bytes;
};

bool send_request(int socket, std::string_view request, const std::array<int, kDescriptors>& descriptors) {
  Attached attached{};
  iovec part{const_cast<char*>(request.data()), request.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = attached.bytes.data();
  message.msg_controllen = attached.bytes.size();
  cmsghdr* rights = CMSG_FIRSTHDR(&message);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof descriptors);
  std::memcpy(CMSG_DATA(rights), descriptors.data(), sizeof descriptors);
  return sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
}

struct Request {
  Header header{};
  std::array<int, kDescriptors> descriptors{-1, -1, -1};
  std::vector<std::string> arguments;
};

/// None when nobody can ask any more.
std::optional<Request> receive_request(int socket) {
  std::string bytes(kLongestRequest, '\0');
  Attached attached{};
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = attached.bytes.data();
  message.msg_controllen = attached.bytes.size();
  ssize_t count = -1;
  do {
    count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (count < 0 && errno == EINTR);
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  Request request;
  if (count < static_cast<ssize_t>(sizeof request.header) || rights == nullptr ||
      rights->cmsg_len != CMSG_LEN(sizeof request.descriptors)) {
    return std::nullopt;
  }
  std::memcpy(&request.header, bytes.data(), sizeof request.header);
  std::memcpy(request.descriptors.data(), CMSG_DATA(rights), sizeof request.descriptors);
  std::string_view rest(bytes.data() + sizeof request.header, static_cast<std::size_t>(count) - sizeof request.header);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\0'), rest.size() - 1);
    request.arguments.emplace_back(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return request;
}

/// A copy of this process that is a child of this one's parent, which will wait for it.
pid_t copy_for_parent() {
  return static_cast<pid_t>(syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

bool has_one_thread() {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  return std::distance(begin(threads), end(threads)) == 1;
}

}  // namespace

Nursery::Nursery(std::filesystem::path program) noexcept : program_(std::move(program)) {
  if (alive == nullptr) alive = this;
}

void Nursery::start() {
  if (std::exchange(started_, true)) return;
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  socket_ = FileHandle(ends[0]);
  const FileHandle theirs(ends[1]);
  // Without bounds: copies have theirs, and none could be above the original's.
  waiting_ = std::make_unique<Subprocess>(SubprocessCommand{
      .program = program_, .arguments = {kCommand}, .input = theirs.get(), .result_limit = RLIM_INFINITY});
}

Nursery::~Nursery() {
  if (alive == this) alive = nullptr;
}

Nursery* Nursery::of(const std::filesystem::path& program) {
  return alive != nullptr && alive->program_ == program ? alive : nullptr;
}

void Nursery::announce_several(const std::filesystem::path& program) {
  if (Nursery* nursery = of(program)) nursery->start();
}

std::optional<pid_t> Nursery::answer() {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < until && !waiting_->advance()) {
    pollfd polled{socket_.get(), POLLIN, 0};
    if (poll(&polled, 1, kWaitMilliseconds) <= 0) continue;
    pid_t pid = -1;
    if (recv(socket_.get(), &pid, sizeof pid, 0) != sizeof pid || pid <= 0) return std::nullopt;
    return pid;
  }
  return std::nullopt;
}

std::optional<pid_t> Nursery::copy(const std::vector<std::string>& arguments, const WorkerPlace& place) {
  if (place.talk >= 0) return std::nullopt;
  if (std::exchange(asked_, true)) start();
  if (!waiting_) return std::nullopt;
  const Header header{place.parent, place.result_limit, place.memory_limit};
  std::string request(reinterpret_cast<const char*>(&header), sizeof header);
  for (const std::string& argument : arguments) request.append(argument.c_str(), argument.size() + 1);
  if (request.size() > kLongestRequest) return std::nullopt;
  std::optional<pid_t> pid;
  if (send_request(socket_.get(), request, {place.input, place.output, place.result})) pid = answer();
  if (!pid) waiting_.reset();
  return pid;
}

std::vector<std::string> wait_in_nursery() {
  // A copy has one thread only: locks that others held would stay locked in it.
  while (has_one_thread()) {
    std::optional<Request> request = receive_request(STDIN_FILENO);
    if (!request) break;
    const auto [input, output, result] = request->descriptors;
    const pid_t copy = copy_for_parent();
    if (copy == 0) {
      take_place({.input = input,
                  .output = output,
                  .result = result,
                  .talk = -1,
                  .parent = request->header.parent,
                  .result_limit = request->header.result_limit,
                  .memory_limit = request->header.memory_limit},
                 OtherDescriptors::close);
      return std::move(request->arguments);
    }
    for (const int descriptor : request->descriptors) close(descriptor);
    if (send(STDIN_FILENO, &copy, sizeof copy, MSG_NOSIGNAL) != sizeof copy) break;
  }
  std::exit(0);
}

}  // namespace graphwitness
