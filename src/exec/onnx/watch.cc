#include "exec/onnx/watch.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "exec/carrier.h"
#include "exec/onnx/model.h"
#include "exec/onnx/runtime.h"
#include "exec/sketch.h"
#include "exec/worker_answers.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec::onnx {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20U;  ///< of values that one run hands over
constexpr std::size_t kFirstValues = 8;
constexpr std::size_t kGrowth = 8;

std::size_t tell(const std::string& name, const Value& value) {
  const bool tensor = value.kind == Value::Kind::tensor;
  worker::answer(
      SampleResult{.output = Value::tuple({Value::of(name), tensor ? to_value(sketch_of(value.tensor)) : Value{}})});
  return tensor ? value.tensor.bytes.size() : 0;
}

}  // namespace

void watch(const std::string& path) {
  RunRequest request = decode_request(worker::standard_input());
  open_runtime();
  const std::vector<std::string> wanted = std::exchange(request.watched, {});
  const Sample& sample = request.samples.at(0);
  Model plain(path, request, Model::For::numbers);
  Carrier carrier(request, plain.signature().names);
  const auto run = [&](Model& model) {
    SampleResult result = model.run(model.bind(sample.arguments, request.by_position, carrier));
    if (result.raised) throw InputError("it raised " + *result.raised);
    return result;
  };
  const SampleResult outputs = run(plain);
  for (std::size_t i = 0; i < outputs.names.size(); ++i) tell(outputs.names[i], outputs.output.items[i]);

  std::size_t values = kFirstValues;
  for (std::size_t first = 0; first < wanted.size();) {
    const std::size_t end = std::min(wanted.size(), first + values);
    request.watched.assign(wanted.begin() + static_cast<std::ptrdiff_t>(first),
                           wanted.begin() + static_cast<std::ptrdiff_t>(end));
    Model model(path, request, Model::For::numbers, outputs.names);
    const SampleResult result = run(model);
    std::size_t bytes = 0;
    for (const Argument& one : result.watched) bytes += tell(one.name, one.value);
    const std::size_t one = std::max<std::size_t>(1, bytes / (end - first));
    values = std::clamp<std::size_t>(kMostBytes / one, 1, (end - first) * kGrowth);
    first = end;
  }
  worker::answer(RunAnswer{});
}

}  // namespace graphwitness::exec::onnx
