#include "exec/onnx/run.h"

#include <string>
#include <string_view>

#include "exec/carrier.h"
#include "exec/messages.h"
#include "exec/onnx/bench.h"
#include "exec/onnx/model.h"
#include "exec/onnx/runtime.h"
#include "exec/onnx/watch.h"
#include "exec/worker_answers.h"
#include "graphwitness/support/error.h"
#include "support/sandbox.h"

namespace graphwitness::exec::onnx {
namespace {

void run(const std::string& path) {
  const RunRequest request = decode_request(worker::standard_input());
  open_runtime();  // before there are objects whose destructors call it
  Model model(path, request, request.optimise ? Model::For::speed : Model::For::numbers);
  Carrier carrier(request, model.signature().names);
  RunAnswer end;
  for (const Sample& sample : request.samples) {
    const Model::Inputs inputs = model.bind(sample.arguments, request.by_position, carrier);
    SampleResult result = model.run(inputs);
    carrier.take(result);
    worker::answer(std::move(result));
    end.text = inputs.remark;
  }
  worker::answer(end);
}

void say_version() {
  open_runtime();
  worker::answer(SampleResult{.output = Value::of(runtime_version())});
}

void refuse(std::string why) {
  RunAnswer refused;
  refused.kind = RunAnswer::Kind::refused;
  refused.text = std::move(why);
  worker::answer(refused);
}

}  // namespace

std::optional<int> command(std::span<char* const> words) {
  const std::string_view name = words.empty() ? "" : words[0];
  const bool runs = name == "run" || name == "bench" || name == "watch";
  const bool cuda = runs && words.size() == 3 && words[2] == std::string_view("cuda");
  const bool mine = cuda || (runs && words.size() == 2) || (name == "version" && words.size() == 1);
  if (!mine) return std::nullopt;
  if (!cuda) apply_sandbox();  // CUDA opens its devices for writing
  try {
    if (name == "run") run(words[1]);
    if (name == "bench") bench(words[1]);
    if (name == "watch") watch(words[1]);
    if (name == "version") say_version();
  } catch (const Ort::Exception& error) {
    refuse(raised_text(error));
  } catch (const std::exception& error) {
    refuse(error.what());
  }
  return 0;
}

}  // namespace graphwitness::exec::onnx
