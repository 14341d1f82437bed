#include <doctest/doctest.h>

#include <string>

#include "cli/program.h"
#include "temporary_folder.h"

namespace graphwitness {

TEST_CASE("render draws what check reports, and the trail to it") {
  const Ran ran = graphwitness({"render", "--findings", fixture("two_branch/scripted.pt")});
  CHECK_MESSAGE(ran.status == 0, ran.err);
  CHECK(ran.out.starts_with("digraph"));
  CHECK(ran.out.find("data-dependent-branch: ") != std::string::npos);
  CHECK(ran.out.find("trail: where it comes from") != std::string::npos);
  CHECK(graphwitness({"render", fixture("two_branch/scripted.pt")}).out.find("data-dependent-branch") ==
        std::string::npos);
}

TEST_CASE("render focuses on a node by the label of its result") {
  for (const char* label : {"output.1", "%output.1"}) {
    const Ran near =
        graphwitness({"render", "--focus", label, "--radius", "1", "--quiet", fixture("two_branch/scripted.pt")});
    CHECK(near.status == 0);
    CHECK(near.out.find("aten::mv") != std::string::npos);
    CHECK(near.out.find("aten::gt") == std::string::npos);
  }
  const Ran ran = graphwitness({"render", "--focus", "m", "--radius", "1", fixture("two_branch/scripted.pt")});
  CHECK(ran.status == 2);
  CHECK(ran.err.find("no node `m` in the model") != std::string::npos);
}

TEST_CASE("render focuses on a line of Python, or on what is between two") {
  const std::string scripted = fixture("two_branch/scripted.pt");
  const Ran line = graphwitness({"render", "--focus", "my_module.py:23", "--radius", "0", "--quiet", scripted});
  CHECK(line.status == 0);
  CHECK(line.out.find("aten::add") != std::string::npos);
  CHECK(line.out.find("aten::mv") == std::string::npos);
  CHECK(line.out.find(" source") != std::string::npos);
  const Ran way = graphwitness({"render", scripted, "--quiet", "--path", "my_module.py:20", "my_module.py:23"});
  CHECK(way.status == 0);
  CHECK(way.out.find("aten::add") != std::string::npos);
  CHECK(way.out.find("aten::mv") == std::string::npos);
  CHECK(graphwitness({"render", scripted, "--path", "my_module.py:20"}).status == 2);
  CHECK(graphwitness({"render", scripted, "--findings", "--diff", scripted}).status == 2);
}

TEST_CASE("render writes pictures, and names the types it knows") {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "picture.png";
  CHECK(graphwitness({"render", "-T", "png", "-o", file, fixture("two_branch/traced.pt")}).status == 0);
  CHECK(std::filesystem::file_size(file) > 1000);
  const Ran wrong = graphwitness({"render", "-T", "jpg", fixture("two_branch/traced.pt")});
  CHECK(wrong.status == 2);
  CHECK(wrong.err.find("`--type` is `jpg`, expected dot, svg, png, pdf") != std::string::npos);
  CHECK(graphwitness({"render", "--max-nodes", "3", fixture("two_branch/traced.pt")}).status == 2);
  CHECK(graphwitness({"render", "--function", "nothing", fixture("two_branch/traced.pt")}).status == 2);
}

}  // namespace graphwitness
