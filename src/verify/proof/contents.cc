#include "verify/proof/contents.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <span>

#include "support/file_handle.h"

namespace graphwitness::proof {
namespace {

constexpr std::size_t kBite = std::size_t{1} << 20U;

/// The bytes of one content, piece by piece.
class Reader {
 public:
  explicit Reader(const Contents::Content& content) : content_(content) {
    if (!content.file.empty()) file_ = FileHandle(open(content.file.c_str(), O_RDONLY | O_CLOEXEC));
  }

  bool can_read() const { return content_.file.empty() || static_cast<bool>(file_); }
  bool at_end() const { return at_ == content_.length; }
  /// Nothing when the file is shorter than it should be.
  std::optional<std::string_view> next() {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(kBite, content_.length - at_));
    if (content_.file.empty()) {
      const std::string_view piece = std::string_view(content_.inline_bytes).substr(at_, wanted);
      at_ += wanted;
      return piece;
    }
    buffer_.resize(wanted);
    std::size_t have = 0;
    while (have < wanted) {
      const ssize_t count =
          pread(file_.get(), buffer_.data() + have, wanted - have, static_cast<off_t>(content_.offset + at_ + have));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return std::nullopt;
      have += static_cast<std::size_t>(count);
    }
    at_ += wanted;
    return buffer_;
  }

 private:
  const Contents::Content& content_;
  FileHandle file_{-1};
  std::string buffer_;
  std::uint64_t at_ = 0;
};

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E37'79B9'7F4A'7C15U;
  return hash ^ (hash >> 29U);
}

std::uint64_t hash_bytes(std::uint64_t hash, std::string_view bytes) {
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof(word));
    hash = mix(hash, word);
    bytes.remove_prefix(sizeof(word));
  }
  for (const char byte : bytes) hash = mix(hash, static_cast<unsigned char>(byte));
  return hash;
}

std::optional<std::uint64_t> hash_of(const Contents::Content& content) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(content.dtype), content.length);
  for (const std::int64_t size : content.sizes) hash = mix(hash, static_cast<std::uint64_t>(size));
  Reader reader(content);
  if (!reader.can_read()) return std::nullopt;
  while (!reader.at_end()) {
    const auto piece = reader.next();
    if (!piece) return std::nullopt;
    hash = hash_bytes(hash, *piece);
  }
  return hash;
}

bool is_same(const Contents::Content& a, const Contents::Content& b) {
  if (a.dtype != b.dtype || a.sizes != b.sizes || a.strides != b.strides || a.length != b.length) return false;
  if (!a.file.empty() && a.file == b.file && a.offset == b.offset) return true;
  Reader left(a);
  Reader right(b);
  if (!left.can_read() || !right.can_read()) return false;
  while (!left.at_end()) {
    const auto one = left.next();
    const auto other = right.next();
    if (!one || !other || *one != *other) return false;
  }
  return true;
}

/// What PyTorch gives a tensor whose elements lie one after the other.
std::vector<std::int64_t> contiguous_strides(std::span<const std::int64_t> sizes) {
  std::vector<std::int64_t> strides(sizes.size(), 1);
  for (std::size_t i = sizes.size(); i-- > 1;) {
    if (__builtin_mul_overflow(strides[i], std::max<std::int64_t>(sizes[i], 1), &strides[i - 1])) return {};
  }
  return strides;
}

template <class T>
std::optional<T> element(const Contents::Content& content) {
  if (content.file.empty() && content.inline_bytes.size() == sizeof(T)) {
    T value{};
    std::memcpy(&value, content.inline_bytes.data(), sizeof(T));
    return value;
  }
  Reader reader(content);
  if (content.length != sizeof(T) || !reader.can_read()) return std::nullopt;
  const auto piece = reader.next();
  if (!piece || piece->size() != sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, piece->data(), sizeof(T));
  return value;
}

}  // namespace

std::optional<std::uint32_t> Contents::index(const Graph& graph, TensorId tensor) {
  const auto [entry, fresh] = known_.try_emplace({&graph, tensor});
  if (fresh) entry->second = look_up(graph, tensor);
  return entry->second;
}

std::optional<std::uint32_t> Contents::look_up(const Graph& graph, TensorId id) {
  const Tensor& tensor = graph[id];
  const Type& type = graph[tensor.type];
  if (type.kind != Type::Kind::tensor || !type.ranked || byte_size(type.dtype) == 0) return std::nullopt;
  // A complex tensor may stand for its conjugate, which the bytes do not say.
  const bool is_complex = type.dtype == DType::c32 || type.dtype == DType::c64 || type.dtype == DType::c128;
  if (is_complex) return std::nullopt;
  Content content{.dtype = type.dtype};
  for (const Dim& dim : graph[type.dims]) {
    if (dim.extent < 0) return std::nullopt;
    content.sizes.push_back(dim.extent);
  }
  const auto strides = graph[tensor.strides];
  content.strides =
      strides.empty() ? contiguous_strides(content.sizes) : std::vector<std::int64_t>(strides.begin(), strides.end());
  const bool is_empty = std::ranges::find(content.sizes, 0) != content.sizes.end();
  const auto inlined = graph[tensor.data];
  if (tensor.file) {
    content.file = graph[tensor.file];
    content.offset = tensor.offset;
    content.length = tensor.length;
  } else {
    content.inline_bytes.assign(reinterpret_cast<const char*>(inlined.data()), inlined.size());
    content.length = inlined.size();
  }
  // Fewer bytes than one element: the data is absent, unless there is none.
  if (!is_empty && content.length < byte_size(content.dtype)) return std::nullopt;
  const auto hash = hash_of(content);
  if (!hash) return std::nullopt;
  const auto [first, last] = by_hash_.equal_range(*hash);
  for (auto entry = first; entry != last; ++entry) {
    if (is_same(contents_[entry->second], content)) return entry->second;
  }
  const auto fresh = static_cast<std::uint32_t>(contents_.size());
  contents_.push_back(std::move(content));
  by_hash_.emplace(*hash, fresh);
  return fresh;
}

std::optional<std::int64_t> Contents::integer_of(std::uint32_t index) const {
  const Content& content = contents_[index];
  if (!content.sizes.empty() || content.dtype != DType::i64) return std::nullopt;
  return element<std::int64_t>(content);
}

std::optional<double> Contents::floating_of(std::uint32_t index) const {
  const Content& content = contents_[index];
  if (!content.sizes.empty() || content.dtype != DType::f64) return std::nullopt;
  return element<double>(content);
}

}  // namespace graphwitness::proof
