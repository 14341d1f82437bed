#include "exec/outputs/torch_save.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <memory>
#include <string_view>

#include "exec/dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

std::string_view storage_class(DType dtype) {
  switch (dtype) {
    case DType::boolean:
      return "BoolStorage";
    case DType::u8:
      return "ByteStorage";
    case DType::i8:
      return "CharStorage";
    case DType::i16:
      return "ShortStorage";
    case DType::i32:
      return "IntStorage";
    case DType::i64:
      return "LongStorage";
    case DType::f16:
      return "HalfStorage";
    case DType::bf16:
      return "BFloat16Storage";
    case DType::f32:
      return "FloatStorage";
    case DType::f64:
      return "DoubleStorage";
    case DType::c64:
      return "ComplexFloatStorage";
    case DType::c128:
      return "ComplexDoubleStorage";
    default:
      throw InputError(fmt::format("a tensor of {} cannot be saved", name_of(dtype)));
  }
}

/// Writes protocol 2 of Python's pickle, as `torch.save` does.
class Pickler {
 public:
  Pickled run(const Value& root) {
    result_.pickle = "\x80\x02";
    // What is still to be written, the next on top: values, and the operation codes that close containers.
    std::vector<Item> pending{{&root, {}}};
    while (!pending.empty()) {
      const Item item = pending.back();
      pending.pop_back();
      if (item.value == nullptr) {
        result_.pickle += item.code;
        continue;
      }
      write(*item.value, pending);
    }
    result_.pickle += '.';
    return std::move(result_);
  }

 private:
  struct Item {
    const Value* value = nullptr;
    std::string_view code{};
  };

  void write(const Value& value, std::vector<Item>& pending) {
    switch (value.kind) {
      case Value::Kind::none:
        result_.pickle += 'N';
        return;
      case Value::Kind::boolean:
        result_.pickle += value.integer != 0 ? '\x88' : '\x89';
        return;
      case Value::Kind::integer:
        return integer(value.integer);
      case Value::Kind::floating:
        return floating(value.real);
      case Value::Kind::complex:
        result_.pickle += "c__builtin__\ncomplex\n(";
        floating(value.real);
        floating(value.imaginary);
        result_.pickle += "tR";
        return;
      case Value::Kind::string:
        return text(value.text);
      case Value::Kind::tensor:
        return tensor(value.tensor);
      case Value::Kind::list:
        return sequence(value, "](", "e", pending);
      case Value::Kind::tuple:
        return sequence(value, "(", "t", pending);
      case Value::Kind::dict:
        return sequence(value, "}(", "u", pending);
      case Value::Kind::opaque:
        break;
    }
    throw InputError(fmt::format("{} cannot be saved", describe(value)));
  }

  void sequence(const Value& value, std::string_view open, std::string_view close, std::vector<Item>& pending) {
    result_.pickle += open;
    pending.push_back({nullptr, close});
    for (auto item = value.items.rbegin(); item != value.items.rend(); ++item) pending.push_back({&*item, {}});
  }

  void little(std::uint64_t number, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) result_.pickle += static_cast<char>(number >> (8 * i) & 0xFFU);
  }

  void integer(std::int64_t number) {
    if (number >= INT32_MIN && number <= INT32_MAX) {
      result_.pickle += 'J';
      return little(static_cast<std::uint64_t>(number), 4);
    }
    result_.pickle += "\x8a\x08";
    little(static_cast<std::uint64_t>(number), 8);
  }

  void floating(double number) {
    const auto bits = std::bit_cast<std::uint64_t>(number);
    result_.pickle += 'G';
    for (int shift = 56; shift >= 0; shift -= 8)
      result_.pickle += static_cast<char>(bits >> static_cast<unsigned>(shift) & 0xFFU);
  }

  void text(std::string_view characters) {
    result_.pickle += 'X';
    little(characters.size(), 4);
    result_.pickle += characters;
  }

  void integers(const std::vector<std::int64_t>& numbers) {
    result_.pickle += '(';
    for (const std::int64_t number : numbers) integer(number);
    result_.pickle += 't';
  }

  void tensor(const Tensor& tensor) {
    std::vector<std::int64_t> strides(tensor.sizes.size(), 1);
    for (std::size_t i = strides.size(); i-- > 1;)
      strides[i - 1] = strides[i] * std::max<std::int64_t>(tensor.sizes[i], 1);
    result_.pickle += "ctorch._utils\n_rebuild_tensor_v2\n((";
    text("storage");
    result_.pickle += fmt::format("ctorch\n{}\n", storage_class(tensor.dtype));
    text(std::to_string(result_.tensors.size()));
    text("cpu");
    integer(element_count(tensor.sizes));
    result_.pickle += "tQ";
    integer(0);
    integers(tensor.sizes);
    integers(strides);
    result_.pickle += tensor.requires_grad ? "\x88" : "\x89";
    result_.pickle += "ccollections\nOrderedDict\n)RtR";
    result_.tensors.push_back(tensor.bytes);
  }

  Pickled result_;
};

}  // namespace

Pickled pickle_value(const Value& value) { return Pickler().run(value); }

void write_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& entries) {
  int error = 0;
  // libzip writes a temporary file beside it and renames that.
  std::unique_ptr<zip_t, decltype(&zip_discard)> archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &error),
                                                         &zip_discard);
  const auto fail = [&](const std::string& why) {
    throw InputError(fmt::format("`{}` cannot be written: {}", path, why));
  };
  if (!archive) fail("no permission, or no such folder");
  for (const auto& [name, bytes] : entries) {
    zip_source_t* source = zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(archive.get(), name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail(zip_strerror(archive.get()));
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    zip_set_file_compression(archive.get(), entry, ZIP_CM_STORE, 0);
    // The same bytes for the same content, whenever it is written: the first day that zip knows.
    zip_file_set_dostime(archive.get(), entry, 0, 0x21, 0);
  }
  if (zip_close(archive.get()) != 0) fail(zip_strerror(archive.get()));
  // Closed and freed: nothing is left to discard.
  static_cast<void>(archive.release());
}

void save_value(const Value& value, const std::string& path) {
  Pickled pickled = pickle_value(value);
  std::vector<std::pair<std::string, std::string>> entries{{"archive/data.pkl", std::move(pickled.pickle)}};
  for (std::size_t i = 0; i < pickled.tensors.size(); ++i) {
    entries.emplace_back(fmt::format("archive/data/{}", i), std::move(pickled.tensors[i]));
  }
  entries.emplace_back("archive/version", "3\n");
  write_zip(path, entries);
}

}  // namespace graphwitness::exec
