#include "frontends/torchscript/worker/program.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <set>

#include "graphwitness/support/error.h"

namespace graphwitness::torchscript {
namespace {

constexpr std::string_view kCustomClass = "__torch__.torch.classes.";
constexpr int kDeepestConstant = 32;

std::string record_name(const std::string& qualifier) {
  std::string name = "code/" + qualifier;
  std::ranges::replace(name, '.', '/');
  return name + ".py";
}

/// Makes the values that stand in `CONSTANTS.cN`, of the kinds that LibTorch writes there.
class ConstantMaker {
 public:
  ConstantMaker(Archive& archive, const Pickle& pickle, std::unordered_map<const void*, ItemId>& stand_ins)
      : archive_(archive), pickle_(pickle), stand_ins_(stand_ins) {}

  c10::IValue make(ItemId item, int depth = 0) {
    if (depth > kDeepestConstant) archive_.fail("a constant of the code is nested too deep");
    const Item& value = pickle_[item];
    switch (value.kind) {
      case Item::Kind::none:
        return {};
      case Item::Kind::boolean:
        return value.bits != 0;
      case Item::Kind::integer:
        return value.bits;
      case Item::Kind::floating:
        return std::bit_cast<double>(value.bits);
      case Item::Kind::string:
        return std::string(value.text);
      case Item::Kind::tuple:
        return c10::ivalue::Tuple::create(elements(item, depth));
      case Item::Kind::list:
        return list(item, nullptr, depth);
      case Item::Kind::dict:
        return dict(item, nullptr, depth);
      case Item::Kind::object:
        return object(item);
      case Item::Kind::call:
        return call(item, depth);
      default:
        fail();
    }
  }

 private:
  [[noreturn]] void fail() const { archive_.fail("a constant of the code is of an unknown kind"); }

  std::vector<c10::IValue> elements(ItemId item, int depth) {
    std::vector<c10::IValue> values;
    for (ItemId child : pickle_.children(item)) values.push_back(make(child, depth + 1));
    return values;
  }

  c10::IValue list(ItemId item, c10::TypePtr element, int depth) {
    std::vector<c10::IValue> values = elements(item, depth);
    if (element == nullptr) element = values.empty() ? c10::TypePtr(c10::AnyType::get()) : values.front().type();
    c10::impl::GenericList list(std::move(element));
    for (c10::IValue& value : values) list.push_back(std::move(value));
    return list;
  }

  c10::IValue dict(ItemId item, const c10::TypePtr& type, int depth) {
    const std::vector<c10::IValue> pairs = elements(item, depth);
    if (pairs.size() % 2 != 0) fail();
    c10::TypePtr key = c10::StringType::get();
    c10::TypePtr mapped = c10::AnyType::get();
    if (const auto* known = type ? type->castRaw<c10::DictType>() : nullptr) {
      key = known->getKeyType();
      mapped = known->getValueType();
    } else if (!pairs.empty()) {
      key = pairs[0].type();
      mapped = pairs[1].type();
    }
    c10::impl::GenericDict dict(key, mapped);
    for (std::size_t i = 0; i < pairs.size(); i += 2) dict.insert_or_assign(pairs[i], pairs[i + 1]);
    return dict;
  }

  /// A custom class's object without its state: its `__setstate__` is code, and is not run.
  c10::IValue object(ItemId item) {
    const std::string name = pickle_.global(pickle_.children(item)[0]);
    const c10::ClassTypePtr type = torch::getCustomClass(name);
    if (type == nullptr) fail();
    return c10::ivalue::Object::create(c10::StrongTypePtr(nullptr, type), 1);
  }

  c10::IValue stand_in(ItemId item) {
    // Different values, because the importer merges constants that are equal.
    const auto number = static_cast<std::int64_t>(stand_ins_.size());
    at::Tensor tensor = at::full({1}, number, at::TensorOptions().dtype(at::kLong));
    stand_ins_.emplace(tensor.unsafeGetTensorImpl(), item);
    return tensor;
  }

  c10::IValue call(ItemId item, int depth) {
    const std::string callee = pickle_.global(pickle_.children(item)[0]);
    if (callee.starts_with("torch._utils._rebuild_") || callee.starts_with("torch._tensor.")) return stand_in(item);
    const std::span<const ItemId> arguments = pickle_.children(pickle_.children(item)[1]);
    if (callee.starts_with("torch.jit._pickle.build_") && !arguments.empty()) return make(arguments[0], depth + 1);
    if (callee == "torch.jit._pickle.restore_type_tag" && arguments.size() == 2) return tagged(arguments, depth);
    if (callee == "torch.device" && !arguments.empty()) return c10::Device(std::string(pickle_[arguments[0]].text));
    if (callee == "builtins.complex" && arguments.size() == 2) {
      return c10::complex<double>(std::bit_cast<double>(pickle_[arguments[0]].bits),
                                  std::bit_cast<double>(pickle_[arguments[1]].bits));
    }
    fail();
  }

  c10::IValue tagged(std::span<const ItemId> value_and_type, int depth) {
    const ItemId value = value_and_type[0];
    const std::string text(pickle_[value_and_type[1]].text);
    const c10::TypePtr type = jit::ScriptTypeParser().parseType(text);
    if (pickle_.is(value, Item::Kind::dict)) return dict(value, type, depth);
    const auto* known = type->castRaw<c10::ListType>();
    if (known == nullptr || !pickle_.is(value, Item::Kind::list)) fail();
    return list(value, known->getElementType(), depth);
  }

  Archive& archive_;
  const Pickle& pickle_;
  std::unordered_map<const void*, ItemId>& stand_ins_;
};

}  // namespace

std::size_t format_version(Archive& archive) {
  const std::string record = archive.find(".data/version") != nullptr ? ".data/version" : "version";
  std::string_view text = archive.read(record);
  while (!text.empty() && text.back() <= ' ') text.remove_suffix(1);
  std::size_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (error != std::errc{} || end != text.data() + text.size() || version == 0) {
    archive.fail("record `version` holds no version number: damaged file");
  }
  if (version > caffe2::serialize::kMaxSupportedFileFormatVersion) {
    archive.fail("format version " + std::to_string(version) + ", LibTorch " TORCH_VERSION " reads at most " +
                 std::to_string(caffe2::serialize::kMaxSupportedFileFormatVersion) +
                 "; use a build of this program with a newer LibTorch");
  }
  return version;
}

std::vector<std::string> unknown_custom_classes(Archive& archive, const Pickle& constants, const Pickle& data) {
  std::set<std::string> names;
  for (const Pickle* pickle : {&constants, &data}) {
    for (std::uint32_t item = 0; item < pickle->size(); ++item) {
      const std::string name = pickle->global(ItemId{item});
      if (name.starts_with(kCustomClass)) names.insert(name);
    }
  }
  for (const std::string& record : archive.code()) {
    const std::string_view code = archive.read(record);
    for (std::size_t at = code.find(kCustomClass); at != code.npos; at = code.find(kCustomClass, at + 1)) {
      const std::string_view rest = code.substr(at);
      const auto end =
          std::ranges::find_if(rest, [](unsigned char c) { return std::isalnum(c) == 0 && c != '_' && c != '.'; });
      names.emplace(rest.begin(), end);
    }
  }
  std::vector<std::string> unknown;
  for (const std::string& name : names) {
    if (torch::getCustomClass(name) == nullptr) unknown.push_back(name.substr(kCustomClass.size()));
  }
  return unknown;
}

Program::Program(Archive& archive, const Pickle& constants, const Pickle& data) {
  make_constants(archive, constants);
  const auto loader = [this, &archive](const std::string& qualifier) { return load_source(archive, qualifier); };
  importer_ = std::make_unique<jit::SourceImporter>(unit_, &constants_, loader, format_version(archive));
  load_classes(data);
}

std::shared_ptr<jit::Source> Program::load_source(Archive& archive, const std::string& qualifier) {
  const std::string record = record_name(qualifier);
  if (archive.find(record) == nullptr) return nullptr;
  auto source = make_source(std::string(archive.read(record)), record);
  records_.emplace(source.get(), record);
  sources_.push_back(source);
  return source;
}

void Program::make_constants(Archive& archive, const Pickle& constants) {
  if (!constants.is(constants.root(), Item::Kind::tuple)) archive.fail("`constants.pkl` holds no tuple: damaged file");
  ConstantMaker maker(archive, constants, stand_ins_);
  for (ItemId item : constants.children(constants.root())) constants_.push_back(maker.make(item));
}

void Program::load_classes(const Pickle& data) {
  for (std::uint32_t item = 0; item < data.size(); ++item) {
    const std::string name = data.global(ItemId{item});
    if (!name.starts_with("__torch__.") || classes_.contains(name)) continue;
    const c10::TypePtr type = importer_->loadType(c10::QualifiedName(name));
    classes_.emplace(name, type->cast<c10::ClassType>());
  }
}

c10::ClassTypePtr Program::class_named(const std::string& qualified_name) const {
  const auto found = classes_.find(qualified_name);
  return found == classes_.end() ? nullptr : found->second;
}

std::string_view Program::record_of(const jit::Source* source) const {
  const auto found = records_.find(source);
  return found == records_.end() ? std::string_view{} : found->second;
}

ItemId Program::constant_of(const at::Tensor& tensor) const {
  const auto found = stand_ins_.find(tensor.unsafeGetTensorImpl());
  return found == stand_ins_.end() ? ItemId{} : found->second;
}

}  // namespace graphwitness::torchscript
