#include "exec/carrier.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "exec/dtype.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

/// Where an output of this name is: by its name, or in a tuple without names by its position.
std::optional<std::size_t> place_of(const SampleResult& result, const std::string& name) {
  if (!result.names.empty()) {
    const auto found = std::ranges::find(result.names, name);
    if (found == result.names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - result.names.begin());
  }
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  const bool number = error == std::errc{} && end == name.data() + name.size();
  const bool there = result.output.kind == Value::Kind::tuple && index < result.output.items.size();
  return number && there ? std::optional(index) : std::nullopt;
}

std::string output_names(const SampleResult& result) {
  if (result.names.empty()) return "returned " + describe(result.output);
  return fmt::format("has the outputs `{}`", fmt::join(result.names, "`, `"));
}

}  // namespace

Carrier::Carrier(const RunRequest& request, const std::vector<std::string>& parameters) : request_(request) {
  for (const Carry& carry : request.carried) {
    if (std::ranges::find(parameters, carry.input) == parameters.end()) continue;
    inputs_.push_back(carry.input);
    outputs_.push_back(carry.output);
  }
}

std::vector<Argument> Carrier::with_state(const std::vector<Argument>& arguments) const {
  std::vector<Argument> all = state_;
  for (const Argument& argument : arguments) {
    const bool is_state = std::ranges::find(request_.carried, argument.name, &Carry::input) != request_.carried.end();
    const bool taken_here = std::ranges::find(inputs_, argument.name) != inputs_.end();
    if (is_state && (!taken_here || !state_.empty())) continue;
    all.push_back(argument);
  }
  return all;
}

Value Carrier::extended(const std::string& parameter, Value input) {
  const auto found = std::ranges::find(request_.contexts, parameter, &Context::input);
  if (found == request_.contexts.end()) return input;
  Tensor& tensor = input.tensor;
  const std::size_t element = size_of(tensor.dtype);
  if (input.kind != Value::Kind::tensor || tensor.sizes.empty() || element == 0) {
    throw InputError(
        fmt::format("the input for `{}` is {}, which cannot have a context in front", parameter, describe(input)));
  }
  const std::size_t row = static_cast<std::size_t>(tensor.sizes.back()) * element;
  const std::size_t rows = row == 0 ? 0 : tensor.bytes.size() / row;
  const std::size_t front = static_cast<std::size_t>(found->size) * element;
  Tensor& context = contexts_[parameter];
  if (context.bytes.empty()) context.bytes.assign(rows * front, '\0');
  if (context.bytes.size() != rows * front) {
    throw InputError(fmt::format("the input for `{}` changes its shape between calls of a sequence", parameter));
  }
  std::string bytes;
  std::string next;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string whole = context.bytes.substr(i * front, front) + tensor.bytes.substr(i * row, row);
    bytes += whole;
    next += whole.substr(whole.size() - front);
  }
  context.bytes = std::move(next);
  tensor.bytes = std::move(bytes);
  tensor.sizes.back() += found->size;
  return input;
}

void Carrier::take(SampleResult& result) {
  if (result.raised) return;
  std::vector<Argument> state;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto place = place_of(result, outputs_[i]);
    if (!place) {
      throw InputError(
          fmt::format("it has no output `{}` to carry to `{}`; it {}", outputs_[i], inputs_[i], output_names(result)));
    }
    state.push_back({inputs_[i], result.output.items[*place]});
    places.push_back(*place);
  }
  std::ranges::sort(places, std::greater<>());
  for (const std::size_t place : places) {
    const auto at = static_cast<std::ptrdiff_t>(place);
    result.output.items.erase(result.output.items.begin() + at);
    if (!result.names.empty()) result.names.erase(result.names.begin() + at);
  }
  const bool bare = result.names.empty() && !places.empty() && result.output.items.size() == 1;
  if (bare) {
    Value only = std::move(result.output.items.front());
    result.output = std::move(only);
  }
  state_ = std::move(state);
}

}  // namespace graphwitness::exec
