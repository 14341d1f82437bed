// A program that does what its first argument says, for tests of how processes are run and locked in.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/landlock.h"
#include "support/nursery.h"
#include "support/sandbox.h"
#include "support/syscall_filter.h"

namespace {

void give(std::string_view result) {
  while (!result.empty()) {
    const ssize_t count = write(3, result.data(), result.size());
    if (count <= 0) std::exit(9);
    result.remove_prefix(static_cast<std::size_t>(count));
  }
}

[[noreturn]] void sleep_for_ever() {
  while (true) std::this_thread::sleep_for(std::chrono::seconds(60));
}

[[noreturn]] void eat_memory() {
  std::vector<std::vector<char>> eaten;
  while (true) eaten.emplace_back(16U << 20U, 'x');
}

[[noreturn]] void talk_for_ever() {
  while (true) std::cout << "the same again and again\n";
}

/// Each attempt that succeeds is a line of the result.
void try_to_escape(const std::string& folder) {
  const std::string mine = folder + "/mine";
  const auto attempt = [](const char* what, bool succeeded) {
    if (succeeded) give(std::string(what) + "\n");
  };
  attempt("create", open((folder + "/new").c_str(), O_CREAT | O_WRONLY, 0600) >= 0);
  attempt("write", open(mine.c_str(), O_WRONLY) >= 0);
  attempt("append", static_cast<bool>(std::ofstream(mine, std::ios::app) << "x" << std::flush));
  attempt("truncate", truncate(mine.c_str(), 0) == 0);
  attempt("open and truncate", open(mine.c_str(), O_RDONLY | O_TRUNC) >= 0);
  attempt("unnamed file", open(folder.c_str(), O_TMPFILE | O_RDWR, 0600) >= 0);
  attempt("rename", std::rename(mine.c_str(), (folder + "/moved").c_str()) == 0);
  attempt("remove", unlink(mine.c_str()) == 0);
  attempt("folder", mkdir((folder + "/made").c_str(), 0700) == 0);
  attempt("link", link(mine.c_str(), (folder + "/linked").c_str()) == 0);
  attempt("symbolic link", symlink("mine", (folder + "/pointer").c_str()) == 0);
  attempt("mode", chmod(mine.c_str(), 0777) == 0);
  attempt("socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
  attempt("local socket", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
  attempt("signal the parent", kill(getppid(), 0) == 0);
  attempt("signal the group", kill(0, 0) == 0);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  attempt("fork", child > 0);
  char program[] = "/bin/true";
  char* arguments[] = {program, nullptr};
  execv(program, arguments);
}

void live_on(const std::string& folder) {
  std::string text;
  std::ifstream(folder + "/mine") >> text;
  std::thread([&] { give("read " + text); }).join();
  std::abort();
}

}  // namespace

int main(int count, char** values) {
  std::vector<std::string> words(values + 1, values + count);
  if (words == std::vector<std::string>{graphwitness::Nursery::kCommand}) words = graphwitness::wait_in_nursery();
  const bool is_copy = std::string_view(count > 1 ? values[1] : "") == graphwitness::Nursery::kCommand;
  const std::string_view what = words.empty() ? std::string_view() : std::string_view(words[0]);
  const std::string argument = words.size() > 1 ? words[1] : "";
  if (what == "give") give(argument);
  if (what == "exit") return std::stoi(argument);
  if (what == "signal") raise(std::stoi(argument));
  if (what == "abort") std::abort();
  if (what == "say") std::cout << "to the one" << std::endl, std::cerr << ", to the other" << std::endl;
  if (what == "read input") give(std::cin.get() == EOF ? "end of file" : "something");
  if (what == "descriptors") {
    for (int at = 4; at < 1024; ++at) {
      if (fcntl(at, F_GETFD) >= 0) give("open: " + std::to_string(at) + "\n");
    }
  }
  if (what == "hang") sleep_for_ever();
  if (what == "hang twice") {
    if (fork() == 0) sleep_for_ever();
    give(std::to_string(getpid()));
    sleep_for_ever();
  }
  if (what == "memory") eat_memory();
  if (what == "talk") talk_for_ever();
  if (what == "flood") {
    while (true) give(std::string(1U << 20U, 'x'));
  }
  if (what == "give slowly") {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    give(argument);
  }
  if (what == "escape") {
    for (const std::string& remark : graphwitness::apply_sandbox()) std::cout << remark << '\n';
    try_to_escape(argument);
  }
  if (what == "escape by Landlock's lock" && graphwitness::forbid_file_changes()) try_to_escape(argument);
  if (what == "escape by the filter's lock" && graphwitness::filter_system_calls()) try_to_escape(argument);
  if (what == "escape unlocked") try_to_escape(argument);
  if (what == "origin") give(is_copy ? "copied" : "started");
  if (what == "parent") give(std::to_string(getppid()));
  if (what == "live on") {
    graphwitness::apply_sandbox();
    live_on(argument);
  }
  return 0;
}
