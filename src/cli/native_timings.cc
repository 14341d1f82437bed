#include "cli/native_timings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& found) {
  throw InputError(fmt::format(
      "`{}` {}, expected timings such as {{\"name\": \"native\", \"seconds\": [0.0131, 0.0129]}} (docs/bench.md)", path,
      found));
}

double number(const std::string& path, const nlohmann::json& value, const char* what) {
  if (!value.is_number() || !std::isfinite(value.get<double>()) || value.get<double>() < 0) {
    fail(path, fmt::format("has something in `{}` that is no number from 0 up", what));
  }
  return value.get<double>();
}

}  // namespace

BenchedModel read_native_timings(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw InputError(fmt::format("`{}` cannot be read", path));
  const nlohmann::json json = nlohmann::json::parse(file, nullptr, false);
  if (!json.is_object()) fail(path, "holds no JSON object");
  if (!json.contains("seconds") || !json["seconds"].is_array() || json["seconds"].empty()) {
    fail(path, "has no list `seconds`");
  }
  BenchedModel model{.name = "native", .elsewhere = true};
  if (json.contains("name") && json["name"].is_string()) model.name = json["name"].get<std::string>();
  if (json.contains("runtime") && json["runtime"].is_string()) model.runtime = json["runtime"].get<std::string>();
  for (const nlohmann::json& one : json["seconds"]) model.seconds.push_back(number(path, one, "seconds"));
  if (json.contains("load_seconds")) model.load_seconds = number(path, json["load_seconds"], "load_seconds");
  if (json.contains("peak_memory")) {
    model.peak_memory = static_cast<std::uint64_t>(std::min(number(path, json["peak_memory"], "peak_memory"), 1e18));
  }
  return model;
}

}  // namespace graphwitness
