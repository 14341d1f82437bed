// Runs every tests/rules/<rule>.ir: cases divided by `// -----`, expectations `// expect SEVERITY RULE {{part of the
// message}}` on the line at fault. A finding that no line expects fails, and so does an expectation that is not met.
// A case with a line `// ===== against` is a pair: the graph before it is checked against the one after it.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "graphwitness/ir/text.h"
#include "rules/pages/pages.h"
#include "rules/registry.h"
#include "rules/run.h"

namespace graphwitness {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  REQUIRE_MESSAGE(file, "cannot read " << path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

struct Expectation {
  std::uint32_t line;
  std::string severity;
  std::string rule;
  std::string part;
};

struct Case {
  std::uint32_t first_line;
  std::string text;
};

std::vector<Case> split(const std::string& text) {
  std::vector<Case> cases{{1, ""}};
  std::istringstream lines(text);
  std::uint32_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with("// -----")) {
      cases.push_back({number + 1, ""});
    } else {
      cases.back().text += line + "\n";
    }
  }
  return cases;
}

std::vector<Expectation> expectations(const std::string& text) {
  static const std::regex kPattern(R"(// expect (\w+) ([\w-]+)(?: \{\{(.*)\}\})?)");
  std::vector<Expectation> found;
  std::istringstream lines(text);
  std::uint32_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::smatch match;
    if (std::regex_search(line, match, kPattern)) found.push_back({number, match[1], match[2], match[3]});
  }
  return found;
}

bool meets(const Finding& finding, std::uint32_t line, const Expectation& expectation) {
  return line == expectation.line && finding.rule == expectation.rule &&
         name_of(finding.severity) == expectation.severity &&
         finding.message.find(expectation.part) != std::string::npos;
}

const fs::path kSource = GRAPHWITNESS_SOURCE_DIR;

/// Options of `check` that a case runs with, a line each: `// with --weights`.
RuleOptions options_of(const std::string& text) {
  static const std::regex kPattern(R"(// with --(\w+)(?: (\S+))?)");
  RuleOptions options;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (!std::regex_search(line, match, kPattern)) continue;
    const std::string value = match[2];
    if (match[1] == "weights") options.reads_weights = true;
    if (match[1] == "target") options.target_opset = std::stoll(value.substr(value.find(':') + 1));
    if (match[1] == "for" && value == "script") options.purpose = Purpose::script;
    if (match[1] == "dim") options.free_dims.push_back(value.substr(0, value.find('=')));
  }
  return options;
}

/// `$SOURCE` is the source tree.
std::string expanded(std::string text) {
  const std::string mark = "$SOURCE";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), kSource.string());
  }
  return text;
}

/// What was found, and on which line of the case.
struct Found {
  Finding finding;
  std::uint32_t line;
};

/// What is said of the graph as a whole is expected on the case's first line.
std::uint32_t line_of(const Finding& finding, const ReadResult& read) {
  return finding.node_id ? read.node_lines[finding.node_id.raw] : 1;
}

std::vector<Found> run_case(std::span<const Rule* const> rules, const std::string& file, const std::string& given) {
  const std::string text = expanded(given);
  const RuleOptions options = options_of(text);
  std::vector<Found> found;
  const std::size_t divider = text.find("// ===== against");
  const ReadResult read = read_ir(text.substr(0, divider), {.file = file});
  if (divider == std::string::npos) {
    for (Finding& finding : run_rules(read.graph, rules, options)) found.push_back({finding, line_of(finding, read)});
    return found;
  }
  std::string second(static_cast<std::size_t>(std::ranges::count(text.substr(0, divider), '\n')), '\n');
  second += text.substr(divider);
  const ReadResult other = read_ir(second, {.file = file});
  for (Finding& finding : run_rules_on_pair(read.graph, other.graph, rules, options)) {
    found.push_back({finding, line_of(finding, finding.of_other ? other : read)});
  }
  return found;
}

void check_case(const Rule& rule, const std::string& file, const Case& test) {
  const Rule* const rules[] = {&rule};
  std::vector<Expectation> expected = expectations(test.text);
  for (const Found& found : run_case(rules, file, test.text)) {
    const Finding& finding = found.finding;
    const std::uint32_t line = found.line;
    const auto met = std::ranges::find_if(expected, [&](const Expectation& e) { return meets(finding, line, e); });
    CHECK_MESSAGE(met != expected.end(), file << ":" << test.first_line + line - 1 << ": unexpected "
                                              << name_of(finding.severity) << " " << finding.rule << ": "
                                              << finding.message);
    if (met != expected.end()) expected.erase(met);
  }
  for (const Expectation& missing : expected) {
    FAIL_CHECK(file << ":" << test.first_line + missing.line - 1 << ": expected " << missing.severity << " "
                    << missing.rule << " {{" << missing.part << "}}");
  }
}

TEST_CASE("every rule finds what its cases expect, and nothing else") {
  for (const Rule* rule : all_rules()) {
    const fs::path path = kSource / "tests/rules" / (std::string(rule->id) + ".ir");
    const std::vector<Case> cases = split(read_file(path));
    bool finds = false;
    bool stays_silent = false;
    for (const Case& test : cases) {
      CAPTURE(test.first_line);
      check_case(*rule, path.filename().string(), test);
      (expectations(test.text).empty() ? stays_silent : finds) = true;
    }
    CHECK_MESSAGE(finds, path.filename().string() << " expects nothing");
    CHECK_MESSAGE(stays_silent, path.filename().string() << " has no silent case");
  }
}

TEST_CASE("a rule has one name in table, page and tests") {
  CHECK(!all_rules().empty());
  CHECK(std::ranges::is_sorted(all_rules(), {}, &Rule::id));
  for (const Rule* rule : all_rules()) {
    CAPTURE(rule->id);
    CHECK(find_rule(rule->id) == rule);
    const std::string_view page = rule_page(rule->id);
    CHECK(page.starts_with("# " + std::string(rule->id) + "\n"));
    for (const char* heading : {"## What it finds", "## Why it matters", "## Example", "## How to fix it",
                                "## When to silence it", "## Options"}) {
      CHECK_MESSAGE(page.find(heading) != std::string_view::npos, "the page has no heading " << heading);
    }
  }
  for (const auto& entry : fs::directory_iterator(kSource / "docs/rules")) {
    CHECK_MESSAGE(find_rule(entry.path().stem().string()) != nullptr, entry.path().string() << " is of no rule");
  }
  CHECK(find_rule("no-such-rule") == nullptr);
  CHECK(rule_page("no-such-rule").empty());
}

}  // namespace
}  // namespace graphwitness
