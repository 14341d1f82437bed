#include "localize/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <optional>
#include <utility>

#include "exec/dtype.h"
#include "exec/wire.h"
#include "exec/worker_commands.h"
#include "exec/worker_end.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/support/error.h"
#include "localize/onnx_operations.h"

namespace graphwitness::localize {
namespace {

using exec::RunAnswer;
using exec::Value;

/// Hands over what a worker says, and returns why it did not say all; "": it did.
std::string ask(const std::string& path, const exec::RunRequest& request, const exec::WorkerLimits& limits,
                const std::function<void(const Value&)>& said) {
  const FileHandle input = exec::shared_memory(exec::encode_request(request));
  SubprocessCommand command = exec::model_command("watch", path, exec::Device::cpu, limits, 1);
  command.input = input.get();
  const SubprocessOutcome outcome = run_subprocess(command);
  std::string_view rest = outcome.result.bytes();
  std::string_view content;
  try {
    while (exec::take_frame(rest, content)) {
      const RunAnswer answer = exec::decode_answer(content);
      if (answer.kind == RunAnswer::Kind::refused) return answer.text;
      if (answer.kind == RunAnswer::Kind::done) return {};
      said(answer.result.output);
    }
  } catch (const InputError& error) {
    return error.what();
  }
  return exec::worker_end(command, outcome);
}

Execution watch_torch(const std::string& path, const exec::RunRequest& request, const exec::WorkerLimits& limits) {
  Execution execution;
  execution.error = ask(path, request, limits, [&](const Value& said) { take(execution, said); });
  return execution;
}

Execution watch_onnx(const std::string& path, exec::RunRequest request, const exec::WorkerLimits& limits) {
  OnnxOperations operations;
  try {
    const Graph graph = load_model(path);
    if (!graph.callables().empty()) return {.error = "it has functions of its own, which cannot be watched yet"};
    operations = onnx_operations(graph);
  } catch (const InputError& error) {
    return {.error = error.what()};
  }
  Execution execution = std::move(operations.execution);
  for (std::size_t i = 0; i < execution.values.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    const Watched& value = execution.values[i];
    const bool is_output = std::ranges::find(execution.outputs, number) != execution.outputs.end();
    if (value.origin != Watched::Origin::constant && !is_output && !value.name.empty()) {
      request.watched.push_back(value.name);
    }
  }
  execution.error = ask(path, request, limits, [&](const Value& said) {
    if (said.items.size() != 2) throw InputError("its worker answered with something that is no answer");
    const auto found = operations.numbers.find(said.items[0].text);
    if (found == operations.numbers.end() || said.items[1].kind == Value::Kind::none) return;
    execution.values[static_cast<std::size_t>(found->second)].sketch = exec::sketch_in(said.items[1]);
  });
  return execution;
}

}  // namespace

Execution watch(const std::string& path, const exec::RunRequest& request, const exec::WorkerLimits& limits) {
  return exec::is_onnx_model(path) ? watch_onnx(path, request, limits) : watch_torch(path, request, limits);
}

void read_constants(Execution& execution, const Operation& operation) {
  for (const OperationInput& input : operation.inputs) {
    if (input.value == kNoValue) continue;
    Watched& watched = execution.values[static_cast<std::size_t>(input.value)];
    const std::int64_t count = exec::element_count(watched.sketch.sizes);
    const std::size_t size = exec::size_of(watched.sketch.dtype);
    const bool whole = count > 0 && size != 0 && watched.length == static_cast<std::uint64_t>(count) * size;
    if (watched.file.empty() || !whole || watched.sketch.elements != 0) continue;
    exec::Tensor tensor{.dtype = watched.sketch.dtype, .sizes = watched.sketch.sizes};
    tensor.bytes.resize(watched.length);
    std::ifstream file(watched.file, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(watched.offset));
    if (file.read(tensor.bytes.data(), static_cast<std::streamsize>(tensor.bytes.size()))) {
      watched.sketch = exec::sketch_of(tensor);
    }
  }
}

}  // namespace graphwitness::localize
