#include "gate/comments.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/library_files.h"
#include "python/tokens.h"
#include "support/suggest.h"

namespace graphwitness::gate {
namespace {

/// A line's code, whatever its layout and comments.
std::string code_of(std::string_view line) {
  std::string code;
  for (const python::Token& token : python::tokenize(line)) {
    if (!token.text.empty()) code.append(token.text).push_back(' ');
  }
  return code;
}

}  // namespace

/// One text with comments of ours in it.
struct Comments::Source {
  std::string file;
  std::uint32_t first_line = 1;
  std::vector<std::string_view> lines;  ///< of the key in `sources_`
  std::vector<IgnoreComment> comments;
  std::set<std::uint32_t> carried{};                            ///< lines that a model has code of
  std::set<std::pair<std::uint32_t, std::string_view>> used{};  ///< line of the comment, and rule

  std::string_view line(std::uint32_t number) const {
    return number < first_line || number - first_line >= lines.size() ? std::string_view() : lines[number - first_line];
  }

  /// The line that a model means by a number and a text; 0: it is not here.
  std::uint32_t find(std::uint32_t number, const std::string& text) const {
    if (text.empty()) return number;
    const std::string code = code_of(text);
    const auto is_it = [&](std::int64_t at) {
      return at > 0 && !line(static_cast<std::uint32_t>(at)).empty() &&
             code_of(line(static_cast<std::uint32_t>(at))) == code;
    };
    for (std::int64_t off = 0; off <= static_cast<std::int64_t>(lines.size()); ++off) {
      if (is_it(number + off)) return static_cast<std::uint32_t>(number + off);
      if (is_it(number - off)) return static_cast<std::uint32_t>(number - off);
    }
    return 0;
  }
};

Comments::Comments(const std::string& source_root, std::span<const std::string_view> all_rules,
                   std::span<const std::string_view> run_rules)
    : files_(source_root),
      all_rules_(all_rules.begin(), all_rules.end()),
      run_rules_(run_rules.begin(), run_rules.end()) {}
Comments::~Comments() = default;

Comments::Source& Comments::source(const std::string& file, std::uint32_t first_line, std::string_view text) {
  const auto [at, is_new] = sources_.try_emplace({file, std::string(text)});
  if (!is_new) return *at->second;
  at->second = std::make_unique<Source>();
  Source& source = *at->second;
  source.file = file;
  source.first_line = first_line;
  std::string_view rest = at->first.second;
  source.comments = ignore_comments(rest, first_line);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    source.lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return source;
}

/// The file as it lies here, else what the archive carries of it.
std::vector<Comments::Source*> Comments::sources_of(const std::string& file, const Graph& graph) {
  if (file.empty() || is_library_file(file)) return {};
  if (const std::string& text = files_.text(file); !text.empty()) return {&source(file, 1, text)};
  std::vector<Source*> carried;
  for (const SourceText& text : graph.sources()) {
    if (graph[text.file] == file) carried.push_back(&source(file, text.first_line, graph[text.text]));
  }
  return carried;
}

void Comments::note_carried_lines(const Graph& graph) {
  std::map<std::uint32_t, std::vector<Source*>> by_file;
  const auto sources = [&](Symbol file) -> const std::vector<Source*>& {
    const auto [at, is_new] = by_file.try_emplace(file.raw);
    if (is_new) {
      at->second = sources_of(std::string(graph[file]), graph);
      std::erase_if(at->second, [](const Source* one) { return one->comments.empty(); });
    }
    return at->second;
  };
  for (const LocationId id : graph.locations()) {
    const Location& at = graph[id];
    if (!at.file || at.line == 0) continue;
    for (Source* source : sources(at.file)) source->carried.insert(at.line);
  }
  for (const SourceText& text : graph.sources()) {
    if (!text.file) continue;
    const std::string_view content = graph[text.text];
    const auto lines = static_cast<std::uint32_t>(std::ranges::count(content, '\n')) + 1;
    for (Source* source : sources(text.file)) {
      for (std::uint32_t i = 0; i < lines; ++i) source->carried.insert(text.first_line + i);
    }
  }
}

bool Comments::silence(Finding& finding, Source& source) {
  if (source.comments.empty()) return false;
  const std::uint32_t line = source.find(finding.at.line, finding.at.text);
  for (const IgnoreComment& comment : source.comments) {
    if (line < comment.first_line || line > comment.last_line) continue;
    const auto rule = std::ranges::find(comment.rules, finding.rule);
    if (rule == comment.rules.end()) continue;
    source.used.emplace(comment.line, *rule);
    finding.suppressed = Suppression{Suppression::By::comment, comment.reason};
    return true;
  }
  return false;
}

void Comments::apply(ModelReport& report, const Graph& graph) {
  note_carried_lines(graph);
  for (Finding& finding : report.findings) {
    if (finding.at.line == 0) continue;
    for (Source* source : sources_of(finding.at.recorded_file, graph)) {
      if (silence(finding, *source)) break;
    }
  }
}

std::vector<std::string> Comments::unused() const {
  const std::vector<std::string_view> names(all_rules_.begin(), all_rules_.end());
  std::vector<std::string> lines;
  for (const auto& [key, source] : sources_) {
    for (const IgnoreComment& comment : source->comments) {
      const auto carried = source->carried.lower_bound(comment.first_line);
      if (carried == source->carried.end() || *carried > comment.last_line) continue;
      const std::string place = fmt::format("{}:{}", source->file, comment.line);
      if (comment.rules.empty()) lines.push_back(place + ": the comment names no rule, expected `ignore[RULE]`");
      for (const std::string& rule : comment.rules) {
        if (!all_rules_.contains(rule)) {
          lines.push_back(fmt::format("{}: unknown rule `{}` in a comment{}", place, rule, did_you_mean(rule, names)));
        } else if (run_rules_.contains(rule) && !source->used.contains({comment.line, rule})) {
          lines.push_back(fmt::format("{}: `ignore[{}]` silences nothing; remove it", place, rule));
        }
      }
    }
  }
  return lines;
}

}  // namespace graphwitness::gate
