#include <doctest/doctest.h>

#include <filesystem>

#include "graphwitness/report/report.h"
#include "report/sample.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness {
namespace {

std::string mapped(const std::string& recorded, const std::filesystem::path& root) {
  Report report = sample_report();
  report.models[0].findings[0].at.recorded_file = recorded;
  map_sources(report, root);
  return report.models[0].findings[0].at.file;
}

}  // namespace

TEST_CASE("recorded paths are mapped to a checkout by their longest end that is there") {
  const TemporaryFolder root;
  std::filesystem::create_directories(root.path() / "models");
  write_file(root.path() / "models" / "net.py", "");
  write_file(root.path() / "net.py", "");
  CHECK(mapped("/home/somebody/project/models/net.py", root.path()) == "models/net.py");
  CHECK(mapped("models/net.py", root.path()) == "models/net.py");
  CHECK(mapped("./other/net.py", root.path()) == "net.py");
  CHECK(mapped("/home/somebody/absent.py", root.path()) == "/home/somebody/absent.py");
}

TEST_CASE("a line that the archive does not carry comes from the Python file, if it is one") {
  const TemporaryFolder root;
  write_file(root.path() / "net.py", "import torch\nx = 1\n");
  write_file(root.path() / "net.txt", "secret\n");
  const auto line_of = [&](const char* file, std::uint32_t line, const char* carried) {
    Report report = sample_report();
    SourceSpan& at = report.models[0].findings[0].at;
    at.file = at.recorded_file = file;
    at.line = line;
    at.text = carried;
    add_source_lines(report, root.path());
    return at.text;
  };
  CHECK(line_of("net.py", 2, "") == "x = 1");
  CHECK(line_of("net.py", 2, "as saved") == "as saved");
  CHECK(line_of("net.py", 9, "").empty());
  CHECK(line_of("absent.py", 1, "").empty());
  CHECK(line_of("net.txt", 1, "").empty());
}

TEST_CASE("a recorded path never leads out of the checkout") {
  const TemporaryFolder root;
  std::filesystem::create_directories(root.path() / "inner");
  write_file(root.path() / "secret.py", "");
  CHECK(mapped("../secret.py", root.path() / "inner") == "../secret.py");
  CHECK(mapped("/etc/passwd", root.path()) == "/etc/passwd");
}

TEST_CASE("frames, trail and occurrences are mapped too") {
  const TemporaryFolder root;
  write_file(root.path() / "main.py", "");
  write_file(root.path() / "other.py", "");
  Report report = sample_report();
  Finding& finding = report.models[0].findings[0];
  finding.stack[0].at.recorded_file = "/a/main.py";
  finding.trail[0].at.recorded_file = "/a/main.py";
  finding.occurrences[0].recorded_file = "/b/other.py";
  map_sources(report, root.path());
  CHECK(finding.stack[0].at.file == "main.py");
  CHECK(finding.trail[0].at.file == "main.py");
  CHECK(finding.occurrences[0].file == "other.py");
}

}  // namespace graphwitness
