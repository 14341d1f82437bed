#include "exec/inputs/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "exec/inputs/npy.h"
#include "exec/inputs/npz.h"
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

Tensor read_npy_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return read_npy(bytes);
}

std::vector<Call> read_file(const std::string& path, const WorkerLimits& limits) {
  const std::string start = first_bytes(path);
  if (start.empty()) throw InputError("it is empty, or cannot be read");
  if (is_npy(start)) return {call_of(Value::of(read_npy_file(path)))};
  if (start.starts_with("PK") && is_npz(path)) return {call_of(read_npz(path))};
  if (start.starts_with("PK")) return calls_of(read_saved_value(path, limits));
  if (start.starts_with("\x80")) {
    throw InputError(
        "it is a pickle, or a `torch.save` file from before PyTorch 1.6; write it again with `torch.save`");
  }
  throw InputError("it holds no inputs, expected a file of `torch.save`, `.npy` or `.npz`");
}

std::vector<Call> read_named_file(const std::string& path, const WorkerLimits& limits) {
  try {
    return read_file(path, limits);
  } catch (const InputError& error) {
    const std::string text = error.what();
    throw InputError(text.find(path) != text.npos ? text : fmt::format("`{}`: {}", path, text));
  }
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

std::vector<Call> read_calls(const std::string& path, const WorkerLimits& limits) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw InputError(fmt::format("`{}`: there is no such file", path));
  if (!fs::is_directory(status)) return read_named_file(path, limits);
  std::vector<Call> calls;
  for (const std::string& file : files_in(path))
    std::ranges::move(read_named_file(file, limits), std::back_inserter(calls));
  return calls;
}

}  // namespace graphwitness::exec
