#include <filesystem>
#include <optional>
#include <system_error>

#include "graphwitness/rules/rule.h"
#include "rules/external_files.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

std::string why_unusable(const Graph& graph, const Tensor& tensor, const std::string& location,
                         const fs::path& folder) {
  const fs::path file(graph[tensor.file]);
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return "external data `" + location + "` is missing";
  if (links_out(file, folder)) return "external data `" + location + "` is a link out of the model's folder";
  const std::uint64_t size = fs::file_size(file, error);
  if (error || (tensor.offset <= size && tensor.length <= size - tensor.offset)) return {};
  return "tensor `" + std::string(graph[tensor.name]) + "` takes bytes " + std::to_string(tensor.offset) + " to " +
         std::to_string(tensor.offset + tensor.length) + " of external data `" + location + "`, which has " +
         std::to_string(size);
}

void report(RuleContext& context, std::string message) {
  context.report({}, Severity::error, std::move(message), [](Finding& finding) {
    finding.fix = "keep the model and its data files in one folder, as the exporter wrote them, or export again";
  });
}

void check_location(RuleContext& context, const std::string& location) {
  const Graph& graph = context.graph();
  if (climbs_out(location)) {
    return report(context, "external data `" + location + "` lies outside the model's folder, and is not opened");
  }
  std::string last;  // one missing file is one finding, however many tensors it should hold
  for (TensorId id : graph.tensors()) {
    const Tensor& tensor = graph[id];
    const auto folder = tensor.file ? folder_of(graph[tensor.file], location) : std::nullopt;
    if (!folder) continue;
    std::string why = why_unusable(graph, tensor, location, *folder);
    if (why.empty() || why == last) continue;
    last = why;
    report(context, std::move(why));
  }
}

void run(RuleContext& context) {
  const Graph& graph = context.graph();
  for (const Property& property : graph.properties()) {
    if (graph[property.key] == "external_data") check_location(context, std::string(graph[property.value]));
  }
}

}  // namespace

extern constinit const Rule rule_external_data{
    "external-data", "external data of an ONNX model that is missing, too short, or outside the model's folder", run};

}  // namespace graphwitness
