#include "exec/inputs/write.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "exec/inputs/npy.h"
#include "exec/inputs/npz.h"
#include "exec/inputs/onnx_data.h"
#include "exec/number_elements.h"
#include "exec/outputs/torch_save.h"
#include "graphwitness/support/error.h"
#include "support/write_file.h"

namespace graphwitness::exec {
namespace {

namespace fs = std::filesystem;

Tensor array_of(const Value& value) {
  if (value.kind == Value::Kind::tensor) return value.tensor;
  const DType dtype = value.kind == Value::Kind::boolean   ? DType::boolean
                      : value.kind == Value::Kind::integer ? DType::i64
                                                           : DType::f64;
  if (!is_number(value)) throw InputError(fmt::format("{} is no array", describe(value)));
  return {.dtype = dtype, .sizes = {}, .bytes = element_bytes(value, dtype)};
}

const Sample& only(const std::vector<Sample>& samples) {
  if (samples.size() == 1) return samples.front();
  throw InputError(fmt::format("it holds one call, {} were made; use `--samples 1`, or name a folder", samples.size()));
}

std::string npz_of(const Sample& sample) {
  std::vector<NamedTensor> arrays;
  for (const Argument& argument : sample.arguments) {
    arrays.push_back(
        {argument.name.empty() ? fmt::format("arr_{}", arrays.size()) : argument.name, array_of(argument.value)});
  }
  return write_npz(arrays);
}

/// By name where every argument has one, else in order.
Value call_of(const Sample& sample) {
  std::vector<Value> items;
  const bool named =
      std::ranges::none_of(sample.arguments, [](const Argument& argument) { return argument.name.empty(); });
  for (const Argument& argument : sample.arguments) {
    if (named) items.push_back(Value::of(argument.name));
    items.push_back(argument.value);
  }
  return named && !items.empty() ? Value::dict(std::move(items)) : Value::tuple(std::move(items));
}

std::string npy_of(const Sample& sample) {
  if (sample.arguments.size() == 1) return write_npy(array_of(sample.arguments.front().value));
  throw InputError(fmt::format("it holds one argument, there are {}; use `.npz`", sample.arguments.size()));
}

void write_test_data(const fs::path& folder, const Sample& sample) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InputError(error.message());
  for (std::size_t i = 0; i < sample.arguments.size(); ++i) {
    const Argument& argument = sample.arguments[i];
    write_whole_file(folder / fmt::format("input_{}.pb", i), write_onnx_value(argument.name, argument.value));
  }
}

void write(const std::string& path, const std::vector<Sample>& samples) {
  if (path.ends_with(".npz")) return write_whole_file(path, npz_of(only(samples)));
  if (path.ends_with(".npy")) return write_whole_file(path, npy_of(only(samples)));
  if (path.ends_with(".pt")) return save_value(call_of(only(samples)), path);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    write_test_data(fs::path(path) / fmt::format("test_data_set_{}", i), samples[i]);
  }
}

}  // namespace

void write_inputs(const std::string& path, const std::vector<Sample>& samples) {
  try {
    write(path, samples);
  } catch (const InputError& error) {
    const std::string text = error.what();
    throw InputError(text.find(path) != text.npos ? text : fmt::format("`{}` cannot be written: {}", path, text));
  }
}

}  // namespace graphwitness::exec
