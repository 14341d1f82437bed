#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "graphwitness/ir/builder.h"
#include "graphwitness/ir/text.h"
#include "graphwitness/render/render.h"
#include "graphwitness/support/error.h"
#include "temporary_folder.h"

/// Read by the leak checker of the sanitizers' build: Graphviz and its libraries keep caches until the process ends.
/// A graph that we did not close would show as libcgraph's.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libgvc\nleak:libgvplugin\nleak:libfontconfig\nleak:libglib\nleak:libpango\nleak:libcairo\n";
}

namespace graphwitness {
namespace {

using namespace std::string_literals;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The text of each <text> element of an SVG, entities resolved.
std::vector<std::string> texts_of(const std::string& svg) {
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = svg.find("<text ", at)) != std::string::npos;) {
    const std::size_t first = svg.find('>', at) + 1;
    at = svg.find("</text>", first);
    std::string text = svg.substr(first, at - first);
    for (const auto& [entity, character] : {std::pair{"&lt;", "<"},
                                            {"&gt;", ">"},
                                            {"&quot;", "\""},
                                            {"&#39;", "'"},
                                            {"&#45;", "-"},
                                            {"&#160;", "\xC2\xA0"},
                                            {"&#92;", "\\"},
                                            {"&amp;", "&"}}) {
      text = replaced(text, entity, character);
    }
    out.push_back(text);
  }
  return out;
}

bool has_text(const std::string& svg, const std::string& text) {
  for (const std::string& line : texts_of(svg)) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

/// What the program `dot` makes of DOT text; it must accept it without a word.
std::string dot_svg(const std::string& dot) {
  const TemporaryFolder folder;
  const std::string input = (folder.path() / "in.dot").string();
  const std::string output = (folder.path() / "out.svg").string();
  const std::string errors = (folder.path() / "errors").string();
  std::ofstream(input, std::ios::binary) << dot;
  const std::string command = "dot -Tsvg '" + input + "' -o '" + output + "' 2> '" + errors + "'";
  CHECK(std::system(command.c_str()) == 0);
  CHECK(std::filesystem::file_size(errors) == 0);
  std::stringstream svg;
  svg << std::ifstream(output, std::ios::binary).rdbuf();
  return svg.str();
}

/// `f(name) = op(name)`, with the same name everywhere that a model can put one.
Graph named(std::string_view name) {
  GraphBuilder builder;
  const Symbol scope = builder.intern(name);
  const LocationId location = builder.location({.file = builder.intern(name), .line = 3, .scope = scope});
  const FunctionId function = builder.add_function(name, Function::Origin::scripted);
  const Dim dim{.name = builder.intern(name)};
  const TypeId type = builder.tensor_type(DType::f32, std::span(&dim, 1));
  const ValueId input = builder.add_value(name, type);
  builder.add_param(builder.body(function), input);
  const Attribute attribute{.name = builder.intern(name), .value = builder.string(name)};
  ValueId last = input;
  for (int i = 0; i < 2; ++i) {
    const ValueId result = builder.add_value(name, type);
    builder.add_node(builder.body(function), name, std::span(&last, 1), std::span(&result, 1), location, name,
                     std::span(&attribute, 1));
    last = result;
  }
  builder.add_output(builder.body(function), last);
  return std::move(builder).build();
}

Graph two_arms() {
  return read_ir(R"(
graph "forward" scripted (%c: bool, %x: tensor<f32, 20>):
  %z: tensor = prim::If(%c) {
    block():
      %m: tensor<f32, 10> = aten::neg(%x)
      return %m
    block(): return %x
  }
  return %z
)")
      .graph;
}

TEST_CASE("names that look like markup or DOT come out as they are") {
  for (const std::string name : {"<b>&amp;</b>", "a\"b'c", "back\\slash\\N\\", "a -> b; {x|y}", "&lt;", "]]>",
                                 "héllo 模型", "<", "&", " ", "%s%n", "-- x"}) {
    CAPTURE(name);
    const Picture dot = render(named(name), {.title = name});
    CHECK(dot.remarks.empty());
    const std::string svg = dot_svg(dot.bytes);
    CHECK(has_text(svg, name));
    CHECK(has_text(render(named(name), {.format = PictureFormat::svg, .title = name}).bytes, name));
  }
}

TEST_CASE("names that cannot be text become visible") {
  CHECK(has_text(dot_svg(render(named("a\0b\xFF\x01z"s)).bytes), "a\\x00b\\xff\\x01z"));
  const std::string lines = dot_svg(render(named("first line\nsecond line")).bytes);
  CHECK(has_text(lines, "first line"));
  CHECK(has_text(lines, "second line"));
  CHECK_FALSE(has_text(lines, "first line\nsecond"));
  CHECK(has_text(dot_svg(render(named(std::string(100'000, 'x'))).bytes), "x…"));
  CHECK(has_text(dot_svg(render(named("")).bytes), "(no name)"));
}

TEST_CASE("the same graph gives the same bytes") {
  const Graph graph = two_arms();
  for (const PictureFormat format : {PictureFormat::dot, PictureFormat::svg, PictureFormat::png, PictureFormat::pdf}) {
    const RenderOptions options{.format = format, .marks = {{.node = NodeId{0}, .message = "one arm is lost"}}};
    const bool same = render(graph, options).bytes == render(two_arms(), options).bytes;
    CHECK(same);
  }
}

TEST_CASE("every format starts as it should, and Graphviz has nothing to say") {
  const auto starts = [](PictureFormat format) {
    const Picture picture = render(two_arms(), {.format = format});
    CHECK(picture.remarks.empty());
    return picture.bytes.substr(0, 5);
  };
  CHECK(starts(PictureFormat::dot) == "digra");
  CHECK(starts(PictureFormat::svg) == "<?xml");
  CHECK(starts(PictureFormat::png) == "\x89PNG\r");
  CHECK(starts(PictureFormat::pdf) == "%PDF-");
}

TEST_CASE("boxes have stable names, and no address is printed") {
  const std::string dot = render(two_arms()).bytes;
  CHECK(dot.find("\nn0 [") != std::string::npos);
  CHECK(dot.find("cluster_0") != std::string::npos);
  CHECK(dot.find("0x") == std::string::npos);
}

TEST_CASE("the legend names what occurs, and nothing else") {
  const auto legend = [](const RenderOptions& options, const std::string& text) {
    return has_text(dot_svg(render(two_arms(), options).bytes), text);
  };
  CHECK(legend({}, "control flow"));
  CHECK_FALSE(legend({}, "error"));
  CHECK_FALSE(legend({}, "produced by no node"));
  const RenderOptions marked{
      .marks = {{.node = NodeId{0}, .message = "one arm is lost"}, {.kind = Mark::Kind::trail, .value = ValueId{0}}}};
  CHECK(legend(marked, "error"));
  CHECK(legend(marked, "trail"));
  CHECK(legend(marked, "one arm is lost"));
}

TEST_CASE("graphs with next to nothing are pictures, too") {
  for (const char* text : {"", "graph \"f\" unknown ():\n  return", "graph \"f\" unknown (%a, %b):\n  return",
                           "graph \"f\" unknown ():\n  a::a()\n  return", "graph(%x):\n  return %missing, %x"}) {
    const Graph graph = read_ir(text).graph;
    CHECK(dot_svg(render(graph).bytes).find("</svg>") != std::string::npos);
    CHECK(render(graph, {.format = PictureFormat::png}).bytes.size() > 100);
  }
}

TEST_CASE("what was folded stands in the picture and in the remarks") {
  std::string text = "graph \"f\" exported (%v0):\n";
  for (int i = 0; i < 300; ++i) {
    text += "  %v" + std::to_string(i + 1) + " = onnx::Relu(%v" + std::to_string(i) + ")\n";
  }
  const Picture picture = render(read_ir(text + "  return %v300").graph);
  REQUIRE(picture.remarks.size() == 1);
  CHECK(picture.remarks[0].starts_with("folded "));
  CHECK(has_text(dot_svg(picture.bytes), "folded "));
}

TEST_CASE("100,000 operations are DOT, but no layout") {
  std::string text = "graph \"f\" exported (%v0):\n";
  for (int i = 0; i < 100'000; ++i) {
    text += "  %v" + std::to_string(i + 1) + " = onnx::Relu(%v" + std::to_string(i) + ")\n";
  }
  const Graph graph = read_ir(text + "  return %v100000").graph;
  CHECK(render(graph, {.max_nodes = 0}).bytes.size() > 1'000'000);
  CHECK_THROWS_WITH_AS(
      render(graph, {.format = PictureFormat::svg, .max_nodes = 0}),
      "the picture would have 100002 boxes, at most 2000 can be laid out; use `--max-nodes`, or `-T dot`", InputError);
}

TEST_CASE("Graphviz tells its version") { CHECK(graphviz_version().find('.') != std::string::npos); }

}  // namespace
}  // namespace graphwitness
