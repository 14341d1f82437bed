#include "exec/torch/archive_values.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "exec/dtype.h"
#include "frontends/torchscript/worker/archive.h"
#include "frontends/torchscript/worker/pickle.h"
#include "frontends/torchscript/worker/stored_tensors.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::worker {
namespace {

using torchscript::Archive;
using torchscript::Item;
using torchscript::ItemId;
using torchscript::Pickle;
using torchscript::StoredTensor;
using torchscript::StoredTensors;

/// Repeated references and views may unfold to far more than the file holds.
constexpr std::size_t kMostBytes = std::size_t{4} << 30U;

struct Storage {
  std::string_view name;
  DType dtype;
};
constexpr std::array kStorages{
    Storage{"torch.FloatStorage", DType::f32},        Storage{"torch.DoubleStorage", DType::f64},
    Storage{"torch.HalfStorage", DType::f16},         Storage{"torch.BFloat16Storage", DType::bf16},
    Storage{"torch.LongStorage", DType::i64},         Storage{"torch.IntStorage", DType::i32},
    Storage{"torch.ShortStorage", DType::i16},        Storage{"torch.CharStorage", DType::i8},
    Storage{"torch.ByteStorage", DType::u8},          Storage{"torch.BoolStorage", DType::boolean},
    Storage{"torch.ComplexFloatStorage", DType::c64}, Storage{"torch.ComplexDoubleStorage", DType::c128}};

/// Makes values of the items of one pickle.
class ValueReader {
 public:
  ValueReader(Archive& archive, const Pickle& pickle, std::string_view folder, bool types_suffice)
      : archive_(archive),
        pickle_(pickle),
        tensors_(archive, pickle, folder, builder_),
        folder_(folder),
        types_suffice_(types_suffice) {}

  Value read(ItemId id, int depth = 0) {
    if (depth > kDeepestValue) archive_.fail("its value is nested too deep, or contains itself");
    const Item& item = pickle_[id];
    switch (item.kind) {
      case Item::Kind::none:
        return {};
      case Item::Kind::boolean:
        return Value::of(item.bits != 0);
      case Item::Kind::integer:
        return Value::of(item.bits);
      case Item::Kind::floating:
        return Value::of(std::bit_cast<double>(item.bits));
      case Item::Kind::string:
        return Value::of(std::string(item.text));
      case Item::Kind::tuple:
        return Value::tuple(items(pickle_.children(id), depth));
      case Item::Kind::list:
        return Value::list(items(pickle_.children(id), depth));
      case Item::Kind::dict:
        return Value::dict(items(pickle_.children(id), depth));
      case Item::Kind::call:
        return call(id, depth);
      case Item::Kind::global:
      case Item::Kind::object:
      case Item::Kind::persistent:
        break;
    }
    refuse(id);
  }

 private:
  [[noreturn]] void refuse(ItemId id) {
    const std::span<const ItemId> children = pickle_.children(id);
    const std::string name = pickle_.global(children.empty() ? id : children[0]);
    archive_.fail("it holds " + (name.empty() ? "an object" : "an object of `" + name + "`") +
                  ", expected tensors, numbers and strings in tuples, lists and dicts");
  }

  std::vector<Value> items(std::span<const ItemId> children, int depth) {
    // A pickle may refer to one item many times, and that to another: a small file, a value without end.
    constexpr std::size_t kMostItems = 10'000'000;
    read_ += children.size();
    if (read_ > kMostItems) archive_.fail("its value has more than ten million items");
    std::vector<Value> values;
    for (const ItemId child : children) values.push_back(read(child, depth + 1));
    return values;
  }

  Value call(ItemId id, int depth) {
    const std::span<const ItemId> children = pickle_.children(id);
    const std::string callee = pickle_.global(children[0]);
    const std::span<const ItemId> arguments = pickle_.children(children[1]);
    if (callee == "collections.OrderedDict") return Value::dict(items(children.subspan(2), depth));
    const bool wrapper = callee == "torch._utils._rebuild_parameter" || callee.starts_with("torch.jit._pickle.");
    if (wrapper && !arguments.empty()) return read(arguments[0], depth + 1);
    if (tensors_.is_tensor(id)) {
      Value value = tensor(id, arguments);
      // storage, offset, sizes, strides, requires_grad, hooks
      const bool told = callee == "torch._utils._rebuild_tensor_v2" && arguments.size() > 4;
      if (told && pickle_.is(arguments[4], Item::Kind::boolean)) {
        value.tensor.requires_grad = pickle_[arguments[4]].bits != 0;
      }
      return value;
    }
    refuse(id);
  }

  Value tensor(ItemId id, std::span<const ItemId> arguments) {
    if (types_suffice_ && lacks_data(arguments)) return type_only(arguments);
    const StoredTensor stored = tensors_.describe(id);
    const std::size_t element = size_of(stored.dtype);
    if (!stored.strided || element == 0) archive_.fail("it holds a tensor of a kind that cannot be given to a model");
    const std::int64_t count = stored.element_count();
    bytes_ += static_cast<std::size_t>(count) * element;
    if (count < 0 || bytes_ > kMostBytes) archive_.fail("its tensors take more than 4 GiB");
    Tensor tensor{.dtype = stored.dtype, .sizes = stored.sizes};
    if (count != 0) tensor.bytes = gather(stored, static_cast<std::size_t>(count), element);
    return Value::of(std::move(tensor));
  }

  /// The elements in row-major order, whatever the strides.
  std::string gather(const StoredTensor& stored, std::size_t count, std::size_t element) {
    const std::string_view data = archive_.read(stored.record).substr(stored.offset, stored.length);
    if (stored.strides.empty()) return std::string(data.substr(0, count * element));
    std::string bytes;
    bytes.reserve(count * element);
    std::vector<std::int64_t> index(stored.sizes.size(), 0);
    std::int64_t at = 0;
    for (std::size_t done = 0; done < count; ++done) {
      bytes += data.substr(static_cast<std::size_t>(at) * element, element);
      for (std::size_t axis = index.size(); axis-- > 0;) {
        at += stored.strides[axis];
        if (++index[axis] < stored.sizes[axis]) break;
        at -= stored.strides[axis] * stored.sizes[axis];
        index[axis] = 0;
      }
    }
    return bytes;
  }

  std::span<const ItemId> storage(std::span<const ItemId> arguments) const {
    if (arguments.size() < 3 || !pickle_.is(arguments[0], Item::Kind::persistent)) return {};
    const std::span<const ItemId> parts = pickle_.children(pickle_.children(arguments[0])[0]);
    return parts.size() >= 5 && pickle_.is(parts[2], Item::Kind::string) ? parts : std::span<const ItemId>();
  }

  /// PyTorch 2.6 writes records of no bytes where the tensors' data would be.
  bool lacks_data(std::span<const ItemId> arguments) const {
    const std::span<const ItemId> parts = storage(arguments);
    if (parts.empty()) return false;
    const torchscript::Record* record = archive_.find(folder_ + "/" + std::string(pickle_[parts[2]].text));
    return record == nullptr || record->size == 0;
  }

  Value type_only(std::span<const ItemId> arguments) {
    const std::string name = pickle_.global(storage(arguments)[1]);
    const auto* known = std::ranges::find(kStorages, name, &Storage::name);
    if (known == kStorages.end()) archive_.fail("it was traced with a tensor of an unknown type");
    std::vector<std::int64_t> sizes;
    for (const ItemId size : pickle_.children(arguments[2])) sizes.push_back(pickle_[size].bits);
    return Value::of(std::string(torch_name(known->dtype)) + spell_sizes(sizes));
  }

  Archive& archive_;
  const Pickle& pickle_;
  GraphBuilder builder_;  // what describes tensors wants one; nothing is added to it
  StoredTensors tensors_;
  std::string folder_;
  bool types_suffice_;
  std::size_t bytes_ = 0;
  std::size_t read_ = 0;
};

}  // namespace

Value saved_value(const std::string& path) {
  Archive archive(path);
  if (archive.find("data.pkl") == nullptr) archive.fail("not a file of `torch.save`: it has no record `data.pkl`");
  if (!archive.code().empty()) archive.fail("a TorchScript model, expected inputs as `torch.save` writes them");
  const Pickle pickle(archive, "data.pkl");
  return ValueReader(archive, pickle, "data", false).read(pickle.root());
}

std::optional<Value> traced_inputs(const std::string& path, const std::string& method) {
  Archive archive(path);
  if (archive.find("traced_inputs.pkl") == nullptr) return std::nullopt;
  const Pickle pickle(archive, "traced_inputs.pkl");
  Value methods = ValueReader(archive, pickle, "traced_inputs", true).read(pickle.root());
  if (methods.kind != Value::Kind::dict) return std::nullopt;
  for (std::size_t i = 0; i + 1 < methods.items.size(); i += 2) {
    Value& arguments = methods.items[i + 1];
    const bool listed = arguments.kind == Value::Kind::list || arguments.kind == Value::Kind::tuple;
    if (methods.items[i].text == method && listed) return Value::tuple(std::move(arguments.items));
  }
  return std::nullopt;
}

}  // namespace graphwitness::exec::worker
