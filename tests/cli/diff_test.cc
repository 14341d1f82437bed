#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "cli/program.h"
#include "json_schema.h"

namespace graphwitness {

TEST_CASE("diff reads like a diff of texts, with the user's lines") {
  const Ran ran = graphwitness({"diff", fixture("two_branch/scripted.pt"), fixture("two_branch/traced.pt")});
  CHECK(ran.status == 1);
  CHECK(ran.err == "");
  const auto contains = [&](const std::string& part) {
    CHECK_MESSAGE(ran.out.find(part) != std::string::npos, part, "\n", ran.out);
  };
  contains("branch lost: the data of `input` chooses the arm [data-dependent-branch]\n");
  contains("-    20 |         if input.sum() > 0:\n");
  contains("     21 |             output = self.weight.mv(input)");
  contains("-    23 |             output = self.weight + input");
  contains("\n1 branch lost; kept: ");
}

TEST_CASE("diff of a model with itself is empty, and says so") {
  for (const char* model : {"two_branch/scripted.pt", "two_branch/traced.pt"}) {
    const Ran ran = graphwitness({"diff", fixture(model), fixture(model)});
    CHECK(ran.status == 0);
    CHECK(ran.out.find("nothing lost, nothing changed") != std::string::npos);
    CHECK(graphwitness({"diff", "--quiet", fixture(model), fixture(model)}).out == "");
  }
}

TEST_CASE("diff as JSON fits its schema, either way round") {
  const std::string scripted = fixture("two_branch/scripted.pt");
  const std::string traced = fixture("two_branch/traced.pt");
  const nlohmann::json schema = read_schema("diff");
  const nlohmann::json one = nlohmann::json::parse(graphwitness({"diff", "--format", "json", scripted, traced}).out);
  const nlohmann::json other = nlohmann::json::parse(graphwitness({"diff", "--format", "json", traced, scripted}).out);
  CHECK(schema_violations(schema, one).empty());
  CHECK(one == other);
  CHECK(one["left"]["path"] == scripted);
  CHECK(one["differences"] == 1);
  CHECK(one["changes"][0]["kind"] == "branch");
  CHECK(one["changes"][0]["kept_arm"] == true);
  CHECK(one["changes"][0]["location"]["line"] == 20);
}

TEST_CASE("diff draws a picture: what is lost has a sign and a border of its own") {
  const std::string scripted = fixture("two_branch/scripted.pt");
  const std::string traced = fixture("two_branch/traced.pt");
  const Ran ran = graphwitness({"diff", "-T", "dot", scripted, traced});
  CHECK(ran.status == 1);
  CHECK(ran.out.starts_with("digraph"));
  CHECK(ran.out.find("lost: not in the other") != std::string::npos);
  CHECK(ran.out.find("\"filled,dashed\"") != std::string::npos);
  CHECK(graphwitness({"render", "--diff", traced, scripted}).out == ran.out);
  CHECK(graphwitness({"render", "--diff", scripted, traced}).out == ran.out);
}

TEST_CASE("diff names what it cannot read or understand") {
  const std::string traced = fixture("two_branch/traced.pt");
  const Ran missing = graphwitness({"diff", traced, "/nowhere.pt"});
  CHECK(missing.status == 2);
  CHECK(missing.err.find("/nowhere.pt") != std::string::npos);
  const nlohmann::json error =
      nlohmann::json::parse(graphwitness({"diff", "--format", "json", traced, "/nowhere.pt"}).out);
  CHECK(schema_violations(read_schema("diff"), error).empty());
  CHECK(error["status"] == "error");
  CHECK(graphwitness({"diff", traced}).status == 2);
  CHECK(graphwitness({"diff", traced, traced, traced}).status == 2);
  CHECK(graphwitness({"diff", "-T", "jpg", traced, traced}).status == 2);
}

}  // namespace graphwitness
