#include <algorithm>
#include <array>
#include <string>

#include "graphwitness/rules/rule.h"

namespace graphwitness {
namespace {

constexpr std::array<std::string_view, 13> kOperators{"aten::save",
                                                      "aten::from_file",
                                                      "image::read_file",
                                                      "image::write_file",
                                                      "video_reader::read_video_from_file",
                                                      "video_reader::probe_video_from_file",
                                                      "torchaudio::sox_io_load_audio_file",
                                                      "torchaudio::sox_io_save_audio_file",
                                                      "torchaudio::sox_io_get_info",
                                                      "torchaudio::sox_effects_apply_effects_file",
                                                      "torchtext::load_sp_model",
                                                      "quantized::load",
                                                      "aten::load"};

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  for (NodeId node : graph.all_nodes()) {
    const std::string_view op = graph[graph[node].op];
    if (std::ranges::find(kOperators, op) == kOperators.end()) continue;
    context.report(
        node, Severity::warning, "`" + std::string(op) + "` touches files of the machine that runs the model",
        [](Finding& finding) {
          finding.fix =
              "load and save outside of the model; run a model from elsewhere only where it can reach no files";
        });
  }
}

}  // namespace

extern constinit const Rule rule_file_access_op{"file-access-op",
                                                "an operator that reads or writes files when the model runs", run};

}  // namespace graphwitness
