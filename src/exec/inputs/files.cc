#include "exec/inputs/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "exec/inputs/npy.h"
#include "exec/inputs/npz.h"
#include "exec/inputs/onnx_data.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

namespace fs = std::filesystem;
using Kind = Value::Kind;

bool holds_arguments(const Value& value) { return value.kind == Kind::tuple || value.kind == Kind::dict; }

Call call_of(Value value) {
  Call call;
  if (value.kind == Kind::tuple) {
    for (Value& item : value.items) call.push_back({"", std::move(item)});
    return call;
  }
  if (value.kind != Kind::dict) return {{"", std::move(value)}};
  for (std::size_t i = 0; i + 1 < value.items.size(); i += 2) {
    if (value.items[i].kind != Kind::string)
      throw InputError("a dict of arguments has a key that is no parameter's name");
    call.push_back({std::move(value.items[i].text), std::move(value.items[i + 1])});
  }
  return call;
}

Call call_of(std::vector<NamedTensor> tensors) {
  Call call;
  const auto numbered = [](const NamedTensor& one) { return one.name.starts_with("arr_"); };
  if (std::ranges::all_of(tensors, numbered)) {
    // Zip archives keep the order of writing; names say the order of arguments.
    std::ranges::stable_sort(tensors, {}, [](const NamedTensor& one) { return std::pair(one.name.size(), one.name); });
    for (NamedTensor& one : tensors) call.push_back({"", Value::of(std::move(one.tensor))});
    return call;
  }
  for (NamedTensor& one : tensors) call.push_back({std::move(one.name), Value::of(std::move(one.tensor))});
  return call;
}

std::string first_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::array<char, 16> bytes{};
  file.read(bytes.data(), bytes.size());
  return {bytes.data(), static_cast<std::size_t>(file.gcount())};
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Call> read_file(const std::string& path, const WorkerLimits& limits) {
  const std::string start = first_bytes(path);
  if (start.empty()) throw InputError("it is empty, or cannot be read");
  if (is_npy(start)) return {call_of(Value::of(read_npy(content_of(path))))};
  if (start.starts_with("PK") && is_npz(path)) return {call_of(read_npz(path))};
  if (start.starts_with("PK")) return calls_of(read_saved_value(path, limits));
  if (start.starts_with("\x80")) {
    throw InputError(
        "it is a pickle, or a `torch.save` file from before PyTorch 1.6; write it again with `torch.save`");
  }
  try {
    return {{{"", read_onnx_value(content_of(path), OnnxForm::tensor).value}}};
  } catch (const InputError&) {
    throw InputError("it holds no values, expected a file of `torch.save`, `.npy`, `.npz` or a tensor of ONNX");
  }
}

/// What `read` gives; its errors name the file.
auto named(const std::string& path, const auto& read) {
  try {
    return read();
  } catch (const InputError& error) {
    const std::string text = error.what();
    throw InputError(text.find(path) != text.npos ? text : fmt::format("`{}`: {}", path, text));
  }
}

std::vector<Call> read_named_file(const std::string& path, const WorkerLimits& limits) {
  return named(path, [&] { return read_file(path, limits); });
}

/// The folders of test data that a folder is, or holds, in the order of their numbers.
std::vector<std::string> test_data_sets(const std::string& folder) {
  std::error_code error;
  if (fs::exists(folder + "/input_0.pb", error) || fs::exists(folder + "/output_0.pb", error)) return {folder};
  std::vector<std::string> sets;
  for (std::size_t i = 0; fs::is_directory(fmt::format("{}/test_data_set_{}", folder, i), error); ++i) {
    sets.push_back(fmt::format("{}/test_data_set_{}", folder, i));
  }
  return sets;
}

/// `input_0.pb`, `input_1.pb`... of a folder of test data.
std::vector<OnnxValue> read_numbered(const std::string& folder, std::string_view stem,
                                     const std::vector<DeclaredValue>* declared) {
  std::vector<OnnxValue> values;
  for (std::size_t i = 0;; ++i) {
    const std::string path = fmt::format("{}/{}_{}.pb", folder, stem, i);
    if (!fs::exists(path)) return values;
    const OnnxForm form = declared != nullptr && i < declared->size() ? (*declared)[i].form : OnnxForm::unknown;
    values.push_back(named(path, [&] { return read_onnx_value(content_of(path), form); }));
    // NumPy has no bfloat16, so writers of test data put the bits into uint16.
    DType& dtype = values.back().value.tensor.dtype;
    const bool bits = dtype == DType::u16 && declared != nullptr && i < declared->size();
    if (bits && (*declared)[i].dtype == DType::bf16) dtype = DType::bf16;
  }
}

/// Test data go by position, as ONNX's own tests have them: the names in the files are often others than the graph's.
Call read_test_data(const std::string& folder, const Declaration* declared) {
  Call call;
  for (OnnxValue& one : read_numbered(folder, "input", declared == nullptr ? nullptr : &declared->inputs)) {
    call.push_back({"", std::move(one.value)});
  }
  return call;
}

/// Outputs without names of their own, which go by position.
SampleResult flat_result(std::vector<Value> outputs) {
  SampleResult result;
  for (std::size_t i = 0; i < outputs.size(); ++i) result.names.push_back(std::to_string(i));
  result.output = Value::tuple(std::move(outputs));
  return result;
}

SampleResult read_test_outputs(const std::string& folder, const Declaration* declared) {
  std::vector<Value> outputs;
  for (OnnxValue& one : read_numbered(folder, "output", declared == nullptr ? nullptr : &declared->outputs)) {
    outputs.push_back(std::move(one.value));
  }
  SampleResult result = flat_result(std::move(outputs));
  const bool all_declared = declared != nullptr && declared->outputs.size() >= result.names.size();
  for (std::size_t i = 0; all_declared && i < result.names.size(); ++i) result.names[i] = declared->outputs[i].name;
  return result;
}

SampleResult result_of(const Call& arrays) {
  SampleResult result;
  result.output = Value::tuple({});
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    result.names.push_back(arrays[i].name.empty() ? std::to_string(i) : arrays[i].name);
    result.output.items.push_back(arrays[i].value);
  }
  return result;
}

std::vector<SampleResult> read_result_file(const std::string& path, std::size_t calls, const WorkerLimits& limits) {
  const std::string start = first_bytes(path);
  const bool saved = start.starts_with("PK") && !is_npz(path);
  if (!saved) return {result_of(read_file(path, limits).front())};
  Value value = read_saved_value(path, limits);
  std::vector<SampleResult> results;
  if (calls == 1) {
    results.push_back({.output = std::move(value)});
    return results;
  }
  if (value.kind != Kind::list) {
    throw InputError(
        fmt::format("it holds {}, expected a list of what each of {} calls returned", describe(value), calls));
  }
  for (Value& item : value.items) results.push_back({.output = std::move(item)});
  return results;
}

std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const bool hidden = entry.path().filename().string().starts_with('.');
    if (!hidden && entry.is_regular_file(error)) files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  if (files.empty()) throw InputError(fmt::format("`{}`: the folder holds no files", folder));
  return files;
}

}  // namespace

std::vector<Call> calls_of(Value value) {
  if (value.kind != Kind::list) return {call_of(std::move(value))};
  if (value.items.empty()) throw InputError("it holds an empty list, expected inputs");
  if (!std::ranges::all_of(value.items, holds_arguments)) {
    throw InputError(
        "it holds a list of inputs, which may mean one call or several; save a tuple for the arguments of one call, a "
        "list "
        "of tuples for several calls, or a tuple with the list in it for one argument that is a list");
  }
  std::vector<Call> calls;
  for (Value& item : value.items) calls.push_back(call_of(std::move(item)));
  return calls;
}

std::vector<Call> read_calls(const std::string& path, const WorkerLimits& limits, const Declaration* declared) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw InputError(fmt::format("`{}`: there is no such file", path));
  if (!fs::is_directory(status)) return read_named_file(path, limits);
  std::vector<Call> calls;
  if (const std::vector<std::string> sets = test_data_sets(path); !sets.empty()) {
    for (const std::string& set : sets) calls.push_back(read_test_data(set, declared));
    return calls;
  }
  for (const std::string& file : files_in(path))
    std::ranges::move(read_named_file(file, limits), std::back_inserter(calls));
  return calls;
}

std::vector<SampleResult> read_results(const std::string& path, std::size_t calls, const WorkerLimits& limits,
                                       const Declaration* declared) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw InputError(fmt::format("`{}`: there is no such file", path));
  std::vector<SampleResult> results;
  if (fs::is_directory(status)) {
    for (const std::string& set : test_data_sets(path)) results.push_back(read_test_outputs(set, declared));
  } else {
    results = named(path, [&] { return read_result_file(path, calls, limits); });
  }
  if (results.size() != calls) {
    throw InputError(fmt::format("`{}`: it holds what {} calls return, expected {}, one for each of the inputs", path,
                                 results.size(), calls));
  }
  return results;
}

bool has_expected_outputs(const std::string& path) {
  const std::vector<std::string> sets = test_data_sets(path);
  return !sets.empty() &&
         std::ranges::all_of(sets, [](const std::string& set) { return fs::exists(set + "/output_0.pb"); });
}

}  // namespace graphwitness::exec
