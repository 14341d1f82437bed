#include "rules/recorded_sources.h"

#include <algorithm>
#include <set>

#include "python/files.h"
#include "rules/places.h"
#include "rules/recorded.h"

namespace graphwitness {
namespace {

/// Files of one model that are read at most.
constexpr std::size_t kMostFiles = 256;

/// What a recording calls code that has no name of its own.
bool is_nameless(std::string_view function) { return function.starts_with('<'); }

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

RecordedSources::RecordedSources(const Graph& graph, const RuleOptions& options) : graph_(graph) {
  if (!has_recording(graph)) return;
  read_files(options);
  if (files_.empty()) return;
  for (NodeId node : graph.all_nodes()) {
    if (!is_recorded(graph, node)) continue;
    for (LocationId frame : frames_of(graph, graph[node].loc)) visit(frame, node);
  }
  for (FunctionId function : graph.functions()) enter(function);
  follow();
}

void RecordedSources::read_files(const RuleOptions& options) {
  std::set<Symbol> wanted;
  for (LocationId location : graph_.locations()) {
    const Symbol symbol = graph_[location].file;
    if (symbol && wanted.size() < kMostFiles && !is_library_file(graph_[symbol])) wanted.insert(symbol);
  }
  python::Files on_disk(options.source_root);
  for (Symbol symbol : wanted) {
    std::string text = on_disk.text(std::string(graph_[symbol]));
    std::uint32_t first_line = 1;
    if (text.empty()) {
      for (const SourceText& source : graph_.sources()) {
        if (source.file != symbol || !text.empty()) continue;
        text = graph_[source.text];
        first_line = source.first_line;
      }
    }
    if (text.empty()) continue;
    File& made = files_[symbol];
    made.text = std::move(text);
    made.first_line = first_line;
    made.module = python::parse(made.text, first_line);
  }
}

RecordedSources::File* RecordedSources::file(Symbol symbol) {
  const auto found = symbol ? files_.find(symbol) : files_.end();
  return found == files_.end() ? nullptr : &found->second;
}

void RecordedSources::visit(LocationId id, NodeId node) {
  const Location& frame = graph_[id];
  File* const known = file(frame.file);
  if (known == nullptr || frame.column != 0) return;  // with a column it is scripted
  const std::uint32_t function = known->module.function_at(frame.line);
  if (function == python::kNothing) {
    if (!is_nameless(graph_[frame.function])) known->is_other = true;
    return;
  }
  const std::string_view name = graph_[frame.function];
  if (!is_nameless(name) && known->module.functions[function].name != name) known->is_other = true;
  python::Visit& visited = known->visits[function];
  visited.function = function;
  visited.lines.insert(frame.line);
  known->near.try_emplace(frame.line, node);
  known->near_function.try_emplace(function, node);
}

/// The method that was traced: its parameters are the inputs.
void RecordedSources::enter(FunctionId id) {
  const Function& function = graph_[id];
  if (function.origin == Function::Origin::scripted) return;
  LocationId place = function.loc;
  for (NodeId node : graph_[graph_[function.body].nodes]) {
    if (place && graph_[place].file) break;
    for (LocationId frame : frames_of(graph_, graph_[node].loc)) {
      if (graph_[frame].file) place = frame;  // the last one is the outermost
    }
  }
  if (!place || !graph_[place].file || graph_[place].column != 0) return;
  File* const known = file(graph_[place].file);
  if (known == nullptr) return;
  const std::uint32_t index = known->module.function_at(graph_[place].line);
  if (index == python::kNothing || known->module.functions[index].name != graph_[graph_[place].function]) return;
  python::Visit& visited = known->visits[index];
  visited.function = index;
  const std::uint32_t parameters = graph_[function.body].params.count;
  visited.inputs = parameters - (function.self ? 1U : 0U);
}

void RecordedSources::follow() {
  for (auto& [symbol, known] : files_) {
    if (known.is_other) continue;
    std::vector<python::Visit> visits;
    for (const auto& [function, visited] : known.visits) visits.push_back(visited);
    for (python::Loss& loss : python::find_losses(known.module, visits)) {
      Found found;
      found.place.file = found.place.recorded_file = graph_[symbol];
      found.place.line = loss.line;
      found.place.column = loss.column;
      found.place.end_column = loss.end_column;
      found.place.text = line(symbol, loss.line);
      const auto on_line = known.near.find(loss.line);
      const auto in_function = known.near_function.find(loss.function);
      if (on_line != known.near.end()) {
        found.near = on_line->second;
      } else if (in_function != known.near_function.end()) {
        found.near = in_function->second;
      }
      found.loss = std::move(loss);
      losses_.push_back(std::move(found));
    }
  }
}

bool RecordedSources::is_lossy(Symbol symbol, std::uint32_t line, std::string_view rule) const {
  if (!symbol) return false;
  return std::ranges::any_of(losses_, [&](const Found& found) {
    return found.loss.rule == rule && found.place.line == line && found.place.recorded_file == graph_[symbol];
  });
}

const python::Module* RecordedSources::module(Symbol symbol) const {
  const auto found = symbol ? files_.find(symbol) : files_.end();
  return found == files_.end() || found->second.is_other ? nullptr : &found->second.module;
}

bool RecordedSources::mentions(Symbol symbol, std::string_view text) const {
  const auto found = symbol ? files_.find(symbol) : files_.end();
  return found != files_.end() && !found->second.is_other && found->second.text.find(text) != std::string::npos;
}

std::string RecordedSources::line(Symbol symbol, std::uint32_t number) const {
  const auto found = symbol ? files_.find(symbol) : files_.end();
  if (found == files_.end() || number < found->second.first_line) return {};
  return std::string(line_of(found->second.text, number - found->second.first_line + 1));
}

}  // namespace graphwitness
