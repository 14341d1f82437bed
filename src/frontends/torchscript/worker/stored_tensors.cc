#include "frontends/torchscript/worker/stored_tensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace graphwitness::torchscript {
namespace {

struct StorageType {
  std::string_view name;
  DType dtype;
};

/// A deflated record is inflated for a small tensor only if it is not larger.
constexpr std::uint64_t kMostInflatedForCopy = std::uint64_t{1} << 20U;

constexpr auto kStorageTypes = std::to_array<StorageType>({
    {"torch.FloatStorage", DType::f32},
    {"torch.DoubleStorage", DType::f64},
    {"torch.HalfStorage", DType::f16},
    {"torch.BFloat16Storage", DType::bf16},
    {"torch.LongStorage", DType::i64},
    {"torch.IntStorage", DType::i32},
    {"torch.ShortStorage", DType::i16},
    {"torch.CharStorage", DType::i8},
    {"torch.ByteStorage", DType::u8},
    {"torch.BoolStorage", DType::boolean},
    {"torch.UInt16Storage", DType::u16},
    {"torch.UInt32Storage", DType::u32},
    {"torch.UInt64Storage", DType::u64},
    {"torch.ComplexHalfStorage", DType::c32},
    {"torch.ComplexFloatStorage", DType::c64},
    {"torch.ComplexDoubleStorage", DType::c128},
    {"torch.QInt8Storage", DType::qi8},
    {"torch.QUInt8Storage", DType::qu8},
    {"torch.QInt32Storage", DType::qi32},
    {"torch.QUInt4x2Storage", DType::qu4x2},
    {"torch.QUInt2x4Storage", DType::qu2x4},
    {"torch.Float8_e5m2Storage", DType::f8e5m2},
    {"torch.Float8_e4m3fnStorage", DType::f8e4m3fn},
    {"torch.Float8_e5m2fnuzStorage", DType::f8e5m2fnuz},
    {"torch.Float8_e4m3fnuzStorage", DType::f8e4m3fnuz},
});

bool multiply(std::int64_t a, std::int64_t b, std::int64_t& product) { return !__builtin_mul_overflow(a, b, &product); }
bool add_to(std::int64_t& sum, std::int64_t term) { return !__builtin_add_overflow(sum, term, &sum); }

std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& sizes) {
  std::vector<std::int64_t> strides(sizes.size());
  std::int64_t step = 1;
  for (std::size_t i = sizes.size(); i-- > 0;) {
    strides[i] = step;
    step *= std::max<std::int64_t>(sizes[i], 1);
  }
  return strides;
}

/// Elements from the first to one past the last. False: negative or too large to count.
bool span_of(const StoredTensor& tensor, std::int64_t& span) {
  span = 1;
  std::int64_t count = 1;
  bool empty = false;
  for (std::size_t i = 0; i < tensor.sizes.size(); ++i) {
    const std::int64_t size = tensor.sizes[i];
    if (size < 0 || tensor.strides[i] < 0) return false;
    if (size == 0) {
      empty = true;
      continue;
    }
    std::int64_t reach = 0;
    if (!multiply(count, size, count) || !multiply(size - 1, tensor.strides[i], reach) || !add_to(span, reach))
      return false;
  }
  if (empty) span = 0;
  return true;
}

/// Strides that matter differ from those of a contiguous tensor.
bool is_contiguous(const StoredTensor& tensor) {
  const std::vector<std::int64_t> expected = contiguous_strides(tensor.sizes);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (tensor.sizes[i] != 1 && tensor.strides[i] != expected[i]) return false;
  }
  return true;
}

}  // namespace

std::int64_t StoredTensor::element_count() const {
  std::int64_t count = 1;
  for (std::int64_t size : sizes) count *= size;
  return strided ? count : 0;
}

StoredTensors::StoredTensors(Archive& archive, const Pickle& pickle, std::string_view folder, GraphBuilder& builder)
    : archive_(archive), pickle_(pickle), folder_(folder), builder_(builder) {
  if (archive.find("byteorder") != nullptr) other_byte_order_ = archive.read("byteorder") == "big";
}

bool StoredTensors::is_tensor(ItemId item) const {
  if (!pickle_.is(item, Item::Kind::call)) return false;
  const std::string callee = pickle_.global(pickle_.children(item)[0]);
  return callee.starts_with("torch._utils._rebuild_") || callee == "torch._tensor._rebuild_from_type_v2" ||
         callee == "torch.jit._pickle.build_tensor_from_id";
}

StoredTensor StoredTensors::describe(ItemId item) const {
  const std::string callee = pickle_.global(pickle_.children(item)[0]);
  const std::span<const ItemId> arguments = pickle_.children(pickle_.children(item)[1]);
  StoredTensor tensor;
  const bool strided = callee == "torch._utils._rebuild_tensor_v2" || callee == "torch._utils._rebuild_tensor" ||
                       callee == "torch._utils._rebuild_qtensor";
  if (!strided) return tensor;
  if (arguments.size() < 4 || !pickle_.is(arguments[0], Item::Kind::persistent) ||
      !pickle_.is(arguments[1], Item::Kind::integer)) {
    archive_.fail("a tensor of `" + folder_ + ".pkl` lacks its storage, offset, sizes or strides");
  }
  tensor.strided = true;
  read_storage(arguments[0], tensor);
  tensor.sizes = integers(arguments[2]);
  tensor.strides = integers(arguments[3]);
  place(tensor, pickle_[arguments[1]].bits);
  return tensor;
}

std::vector<std::int64_t> StoredTensors::integers(ItemId list) const {
  std::vector<std::int64_t> values;
  for (ItemId element : pickle_.children(list)) {
    if (!pickle_.is(element, Item::Kind::integer))
      archive_.fail("a tensor of `" + folder_ + ".pkl` has no integer sizes");
    values.push_back(pickle_[element].bits);
  }
  return values;
}

void StoredTensors::read_storage(ItemId storage, StoredTensor& tensor) const {
  // ("storage", type, key, device, number of elements)
  const std::span<const ItemId> parts = pickle_.children(pickle_.children(storage)[0]);
  if (parts.size() < 5 || !pickle_.is(parts[2], Item::Kind::string)) {
    archive_.fail("a tensor storage of `" + folder_ + ".pkl` is not described as PyTorch does");
  }
  const std::string type = pickle_.global(parts[1]);
  const auto* known = std::ranges::find(kStorageTypes, type, &StorageType::name);
  if (known != kStorageTypes.end()) tensor.dtype = known->dtype;
  tensor.record = folder_ + '/' + std::string(pickle_[parts[2]].text);
}

void StoredTensors::place(StoredTensor& tensor, std::int64_t first_element) const {
  const std::string whose = "a tensor in record `" + tensor.record + "` of the archive";
  std::int64_t span = 0;
  if (tensor.sizes.size() != tensor.strides.size() || !span_of(tensor, span)) {
    archive_.fail(whose + " has impossible sizes or strides");
  }
  const Record* record = archive_.find(tensor.record);
  if (record == nullptr) archive_.fail("record `" + tensor.record + "`, which holds a tensor, is missing");
  const auto width = static_cast<std::int64_t>(std::max<std::size_t>(byte_size(tensor.dtype), 1));
  std::int64_t offset = 0;
  std::int64_t length = 0;
  if (first_element < 0 || !multiply(first_element, width, offset) || !multiply(span, width, length) ||
      offset > std::numeric_limits<std::int64_t>::max() - length) {
    archive_.fail(whose + " has an impossible offset");
  }
  const auto end = static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(length);
  // Types packed below a byte, and unknown ones, have no element width to check with.
  if (byte_size(tensor.dtype) != 0 && span != 0 && end > record->size) {
    archive_.fail(whose + " ends at byte " + std::to_string(end) + ", but the record has " +
                  std::to_string(record->size) + ": truncated or damaged file");
  }
  tensor.offset = static_cast<std::uint64_t>(offset);
  tensor.length = byte_size(tensor.dtype) == 0 ? record->size : static_cast<std::uint64_t>(length);
  if (is_contiguous(tensor)) tensor.strides.clear();
}

TypeId StoredTensors::type(const StoredTensor& tensor) const {
  if (!tensor.strided) return builder_.tensor_type(DType::unknown);
  std::vector<Dim> dims;
  for (std::int64_t size : tensor.sizes) dims.push_back({.extent = size});
  return builder_.tensor_type(tensor.dtype, dims);
}

TensorId StoredTensors::add(const StoredTensor& tensor, std::string_view name, bool copy_small) const {
  const TypeId type = this->type(tensor);
  if (!tensor.strided || other_byte_order_) return builder_.tensor_absent(type, name, tensor.length, tensor.strides);
  const Record* record = archive_.find(tensor.record);
  const bool in_reach = !record->deflated || record->size <= kMostInflatedForCopy;
  if (copy_small && in_reach && tensor.element_count() <= kMostInline && byte_size(tensor.dtype) != 0) {
    return builder_.tensor_inline(type, name, copy(tensor));
  }
  if (record->deflated) return builder_.tensor_absent(type, name, tensor.length, tensor.strides);
  return builder_.tensor_in_file(type, name, builder_.intern(archive_.path()), record->offset + tensor.offset,
                                 tensor.length, tensor.strides);
}

std::vector<std::byte> StoredTensors::copy(const StoredTensor& tensor) const {
  const Record* record = archive_.find(tensor.record);
  const std::string_view source = record->deflated ? archive_.read(tensor.record).substr(tensor.offset, tensor.length)
                                                   : archive_.bytes(record->offset + tensor.offset, tensor.length);
  const std::size_t width = byte_size(tensor.dtype);
  const auto count = static_cast<std::size_t>(tensor.element_count());
  const std::vector<std::int64_t> strides = tensor.strides.empty() ? contiguous_strides(tensor.sizes) : tensor.strides;
  std::vector<std::byte> data(count * width);
  std::vector<std::int64_t> index(tensor.sizes.size(), 0);
  for (std::size_t element = 0; element < count; ++element) {
    std::int64_t from = 0;
    for (std::size_t i = 0; i < index.size(); ++i) from += index[i] * strides[i];
    std::memcpy(data.data() + element * width, source.data() + static_cast<std::size_t>(from) * width, width);
    for (std::size_t i = index.size(); i-- > 0;) {
      if (++index[i] < tensor.sizes[i]) break;
      index[i] = 0;
    }
  }
  return data;
}

}  // namespace graphwitness::torchscript
