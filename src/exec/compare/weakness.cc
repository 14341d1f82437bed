#include "exec/compare/weakness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "exec/compare/elements.h"
#include "exec/compare/structure.h"
#include "exec/dtype.h"

namespace graphwitness::exec {
namespace {

double magnitude(const Tensor& tensor, std::size_t i) {
  return std::hypot(element(tensor, i), imaginary_element(tensor, i));
}

bool is_uniform(const Tensor& tensor) {
  const std::string_view bytes = tensor.bytes;
  const std::size_t size = size_of(tensor.dtype);
  for (std::size_t at = size; at < bytes.size(); at += size) {
    if (bytes.substr(at, size) != bytes.substr(0, size)) return false;
  }
  return true;
}

}  // namespace

void Weakness::add(const SampleResult& result) {
  struct Place {
    std::string name;
    const Value* value;
  };
  std::vector<Place> waiting{{"", &result.output}};
  if (!result.names.empty()) waiting.clear();
  for (std::size_t i = 0; i < result.names.size(); ++i) waiting.push_back({result.names[i], &result.output.items[i]});
  while (!waiting.empty()) {
    const Place place = waiting.back();
    waiting.pop_back();
    const Value& value = *place.value;
    if (value.kind == Value::Kind::tensor) add_tensor(place.name.empty() ? "0" : place.name, value.tensor);
    if (value.kind == Value::Kind::dict) {
      for (std::size_t i = 0; i < value.items.size(); i += 2) {
        waiting.push_back({item_name(place.name, key_name(value.items[i])), &value.items[i + 1]});
      }
    }
    if (value.kind != Value::Kind::list && value.kind != Value::Kind::tuple) continue;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      waiting.push_back({item_name(place.name, std::to_string(i)), &value.items[i]});
    }
  }
}

void Weakness::add_tensor(const std::string& name, const Tensor& tensor) {
  if (tensor.dtype == DType::string) return;
  History& history = histories_[name];
  if (++history.samples == 1) history.first = tensor;
  const auto count = static_cast<std::size_t>(element_count(tensor.sizes));
  for (std::size_t i = 0; i < count; ++i) {
    const double value = magnitude(tensor, i);
    if (!(value <= history.largest)) history.largest = value;  // a NaN stays
  }
  history.uniform = history.uniform && count > 1 && is_uniform(tensor);
  if (!history.steady || history.samples == 1) return;
  const bool alike = tensor.sizes == history.first.sizes && tensor.dtype == history.first.dtype;
  history.steady =
      alike && compare_elements(history.first, tensor, tolerance_for(tensor.dtype, tolerance_)).mismatched == 0;
}

std::vector<std::string> Weakness::warnings(bool inputs_vary) const {
  std::vector<std::string> warnings;
  for (const auto& [name, history] : histories_) {
    const Tolerance tolerance = tolerance_for(history.first.dtype, tolerance_);
    if (history.first.bytes.empty()) {
      warnings.push_back(fmt::format("output `{}` has no elements", name));
    } else if (history.largest <= tolerance.absolute && tolerance.absolute > 0) {
      warnings.push_back(fmt::format("output `{}` is nowhere larger than {:.3g}, within the tolerance of zero ({:.3g})",
                                     name, history.largest, tolerance.absolute));
    } else if (inputs_vary && history.samples > 1 && history.steady) {
      warnings.push_back(fmt::format("output `{}` is the same for all {} samples, although their inputs differ", name,
                                     history.samples));
    } else if (history.uniform) {
      warnings.push_back(fmt::format("all elements of output `{}` are the same", name));
    }
  }
  return warnings;
}

}  // namespace graphwitness::exec
