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
