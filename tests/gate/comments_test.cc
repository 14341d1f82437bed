#include "gate/comments.h"

#include <doctest/doctest.h>

#include <array>

#include "graphwitness/ir/text.h"
#include "report/sample.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness::gate {
namespace {

constexpr std::array<std::string_view, 2> kKnown{"data-dependent-branch", "random-op"};

/// A graph that stands in one line of a file.
Graph graph_at(const std::string& file, int line) {
  return read_ir("location 0 \"" + file + "\" line " + std::to_string(line) +
                 "\ngraph \"forward\" scripted (%x: tensor):\n  %y: tensor = aten::relu(%x) @0\n  return %y")
      .graph;
}

ModelReport report_at(const std::string& file, std::uint32_t line, const std::string& text) {
  Finding finding = sample_finding();
  finding.at = {file, file, line, 5, 0, text, false};
  return {.path = "m.pt", .format = "torchscript", .findings = {finding}};
}

}  // namespace

TEST_CASE("comments are read with their rules and reason, and not out of strings") {
  const auto found = ignore_comments(
      "x = 1\n"
      "if x:  # graphwitness: ignore[data-dependent-branch, random-op] the head never sees it\n"
      "  s = '# graphwitness: ignore[random-op]'\n"
      "  t = '''\n# graphwitness: ignore[random-op]\n'''\n"
      "  y = f(x,\n"
      "        2)  #graphwitness:ignore[random-op]\n"
      "  # graphwitness: ignore\n",
      10);
  REQUIRE(found.size() == 3);
  CHECK(found[0].line == 11);
  CHECK(found[0].rules == std::vector<std::string>{"data-dependent-branch", "random-op"});
  CHECK(found[0].reason == "the head never sees it");
  CHECK(found[1].first_line == 16);
  CHECK(found[1].last_line == 17);
  CHECK(found[2].line == 18);
  CHECK(found[2].rules.empty());
}

TEST_CASE("a comment silences its rule on its line, wherever the file has moved it") {
  const TemporaryFolder folder;
  const std::string line = "    if x.sum() > 0:";
  const std::string silenced = line + "  # graphwitness: ignore[data-dependent-branch] why not";
  const std::string file = write_file(folder.path() / "m.py", "def f(x):\n\n\n" + silenced + "\n        y = x\n");
  for (const std::uint32_t number : {4U, 2U}) {
    Comments comments("", kKnown, kKnown);
    ModelReport report = report_at(file, number, line);
    comments.apply(report, graph_at(file, 4));
    REQUIRE(report.findings[0].suppressed);
    CHECK(report.findings[0].suppressed->reason == "why not");
    CHECK(comments.unused().empty());
  }
  Comments comments("", kKnown, kKnown);
  ModelReport other = report_at(file, 5, "        y = x");
  comments.apply(other, graph_at(file, 4));
  CHECK(!other.findings[0].suppressed);
  REQUIRE(comments.unused().size() == 1);
  CHECK(comments.unused()[0] == file + ":4: `ignore[data-dependent-branch]` silences nothing; remove it");
}

TEST_CASE("a comment is unused only where a model has code, and for rules that ran") {
  const TemporaryFolder folder;
  const std::string file = write_file(
      folder.path() / "m.py", "y = x  # graphwitness: ignore[random-op]\nz = y  # graphwitness: ignore[random-up]\n");
  const auto unused = [&](int line, std::span<const std::string_view> run) {
    Comments comments("", kKnown, run);
    ModelReport report{.path = "m.pt", .format = "torchscript"};
    comments.apply(report, graph_at(file, line));
    return comments.unused();
  };
  CHECK(unused(1, kKnown).size() == 1);
  CHECK(unused(1, {}).empty());
  CHECK(unused(7, kKnown).empty());
  REQUIRE(unused(2, kKnown).size() == 1);
  CHECK(unused(2, kKnown)[0] == file + ":2: unknown rule `random-up` in a comment; did you mean `random-op`?");
}

}  // namespace graphwitness::gate
