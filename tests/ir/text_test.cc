#include "graphwitness/ir/text.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "graphwitness/ir/builder.h"
#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

/// Prints what `text` reads as; printing that again must give the same.
std::string round_trip(std::string_view text) {
  const std::string once = print(read_ir(text).graph);
  CHECK(print(read_ir(once).graph) == once);
  return once;
}

/// The text is in the printer's own spelling.
void check_stable(const std::string& text) { CHECK(round_trip(text) == text); }

std::string error_of(std::string_view text) {
  try {
    read_ir(text, {.file = "t.ir"});
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST_CASE("a graph prints as it was written") {
  check_stable(R"(graph "forward" scripted (%x: tensor<f32, 4, ?, N>, %n: int):
  %y: tensor = aten::relu(%x)
  %z: list<tensor>, %w = prim::Pack[axis=1, names=["a", "b"], scale=2.0](%y, _, %n) name "pack"
  aten::append(%z, %w)
  return %z, %w
)");
}

TEST_CASE("blocks nest, with parameters and outputs") {
  check_stable(R"(graph "" unknown (%c: bool, %x: tensor):
  %r = prim::If(%c) {
    block():
      %a = prim::Loop(%x, %c, %x) {
        block(%i: int, %h: tensor):
          return %c, %h
      }
      return %a
    block():
      return %x
  }
  return %r
)");
}

TEST_CASE("every declaration prints as it was written") {
  check_stable(R"(format torchscript
property "producer" "pytorch"
location 0 "caller.py" line 3 in "main" scope ""
location 1 "m.py" line 11 column 9 to 29 in "forward" scope "encoder.0" from 0
location 2
source "m.py" line 10 "def forward(self, x):\n    return x\n"
tensor 0 "weight" tensor<f32, 64, 3> strides [1, 64] in "m.pt" at 128 bytes 768
tensor 1 tensor<i64, 3> {1, -2, 9223372036854775807}
tensor 2 tensor<f16, 1> x"003c"
tensor 3 tensor<f32> absent 4
tensor 4 tensor<bool, 2> {true, false}
tensor 5 tensor<f32, 0> {}
module 0 "" path "" class "__torch__.M" {
  parameter "weight": tensor<f32, 64, 3> = tensor 0
  plain "training": bool = false
  plain "sizes": dict<str, list<int>> = {"a": [1, 2], "b": []}
  plain "pair": tuple "Point"<int, optional<float>> = (1, none)
  plain "later": unknown = unknown
  plain "device": opaque "Device" = opaque "cuda:0"
  plain "z": complex = complex(1.0, -0.0)
  submodule "child": object "__torch__.C" = module 1
}
module 1 "child" path "child" class "__torch__.C" parent 0 setstate {
}
missing "my::op" "my::op(Tensor x) -> Tensor" @1
callable "__torch__.M.forward" scripted @0
constant %w: tensor<f32, 64, 3> = tensor 0
graph "forward" mixed self 0[alpha=1] @1 (%self: object "__torch__.M", %x: tensor):
  %y = aten::mm(%x, %w) @1  // m.py:11
  return %y
graph "other" traced (%x: tensor):
  return %x
)");
}

TEST_CASE("names with any bytes survive") {
  GraphBuilder builder;
  const std::string_view names[] = {"with space", "quote\"",   "back\\slash", std::string_view("nul\0nul", 7),
                                    "\xFF\xFE",   "new\nline", "héllo",       "a//b",
                                    "x#2",        "%",         "1.5",         "-",
                                    "return"};
  const FunctionId function = builder.add_function("f\n", Function::Origin::exported);
  std::vector<ValueId> values;
  for (std::string_view name : names) {
    values.push_back(builder.add_value(name));
    builder.add_param(builder.body(function), values.back());
  }
  const ValueId result = builder.add_value("");
  builder.add_node(builder.body(function), "my domain::op(\"x\")", values, std::span(&result, 1));
  builder.add_output(builder.body(function), result);
  const std::string text = print(std::move(builder).build());
  const Graph read = read_ir(text).graph;
  CHECK(print(read) == text);
  const auto params = read[read[read[FunctionId{0}].body].params];
  REQUIRE(params.size() == std::size(names));
  for (std::size_t i = 0; i < std::size(names); ++i) CHECK(read[read[params[i]].name] == names[i]);
  CHECK(read[read[NodeId{0}].op] == "my domain::op(\"x\")");
}

TEST_CASE("values of one name are told apart by number, in order of definition") {
  const std::string text = round_trip(R"(graph(%x):
  %x#7 = a::a(%x)
  %x#3 = a::b(%x#7)
  %#1 = a::c(%x#3)
  return %#1)");
  CHECK(text.find("%x#2 = a::a(%x)") != std::string::npos);
  CHECK(text.find("%x#3 = a::b(%x#2)") != std::string::npos);
}

TEST_CASE("a dangling name is data, and so is a use before its definition") {
  const Graph graph = read_ir("graph(%x):\n  %y = a::a(%nowhere, %z)\n  %z = a::b(%x)\n  return %y").graph;
  const auto operands = graph[graph[NodeId{0}].operands];
  CHECK(graph[operands[0]].def == Value::Def::unresolved);
  CHECK(graph[operands[1]].def == Value::Def::node);
  CHECK(graph.defining_node(operands[1]) == NodeId{1});
  round_trip(print(graph));
}

TEST_CASE("floating literals keep their bits") {
  for (const char* number : {"0.1", "-0.0", "inf", "-inf", "nan", "nan(9221120237041090561)", "1e+300", "5e-324"}) {
    check_stable("graph \"\" unknown ():\n  a::a[v=" + std::string(number) + "]()\n  return\n");
  }
}

TEST_CASE("float data keeps its bits, NaN included") {
  check_stable("tensor 0 tensor<f32, 3> {0.1, -0.0, inf}\n");
  check_stable("tensor 0 tensor<f32, 1> x\"0100c07f\"\n");
}

TEST_CASE("uses are found once, in order") {
  const Graph graph = read_ir("graph(%x):\n  %y = a::a(%x, %x)\n  return %x, %y").graph;
  const ValueId x = graph[graph[graph[FunctionId{0}].body].params][0];
  const auto uses = graph.uses(x);
  REQUIRE(uses.size() == 3);
  CHECK(uses[0].user == NodeId{0});
  CHECK(uses[1].operand == 1);
  CHECK(!uses[2].user);
  CHECK(uses[2].block == graph[FunctionId{0}].body);
}

TEST_CASE("nodes know the line of the text they stand on") {
  const ReadResult result = read_ir("graph(%x):\n\n  %y = a::a(%x)\n  return %y", {.file = "t.ir", .locate = true});
  CHECK(result.node_lines == std::vector<std::uint32_t>{3});
  CHECK(result.graph[result.graph[NodeId{0}].loc].line == 3);
}

TEST_CASE("errors name file, line, column, what was found and what was expected") {
  CHECK(error_of("graph(%x):\n  %y = (%x)\n return") ==
        "t.ir:2:8: found `(`, expected an operator such as `aten::relu`, or `return`");
  CHECK(error_of("graph(%x):\n  %y = a::a(%x)") ==
        "t.ir:2:16: found the end of the text, expected an operator such as `aten::relu`, or `return`");
  CHECK(error_of("wat") == "t.ir:1:1: found `wat`, expected a declaration such as `graph`, `format` or `location`");
  CHECK(error_of("graph(%x, %x): return") ==
        "t.ir:1:11: a value is defined twice; write `%name#2` for a second value of the same name");
  CHECK(error_of("graph(): a::a() @3 return").find("location 3 is not declared above") != std::string::npos);
  CHECK(error_of("graph(): a::a[t=tensor 0]() return").find("tensor 0 is used but not declared") != std::string::npos);
  CHECK(error_of("property \"a\" \"b").find("closing quote") != std::string::npos);
  CHECK(error_of("module 0 \"\" path \"\" class \"\" parent 0 {}").find("stands below it") != std::string::npos);
  CHECK(error_of("tensor 0 list {}").find("expected a type with all its arguments") != std::string::npos);
}

TEST_CASE("deep nesting is an error in types and literals, and works in blocks") {
  std::string type = "tensor 0 ";
  for (int i = 0; i < 100'000; ++i) type += "list<";
  CHECK(error_of(type).find("nest deeper than 64") != std::string::npos);
  CHECK(error_of("graph(): a::a[x=" + std::string(100'000, '[')).find("nest deeper than 64") != std::string::npos);
  std::string blocks = "graph(%c):\n";
  constexpr int kDepth = 50'000;
  for (int i = 0; i < kDepth; ++i) blocks += "prim::If(%c) {\nblock():\n";
  for (int i = 0; i < kDepth; ++i) blocks += "return\n}\n";
  const Graph graph = read_ir(blocks + "return").graph;
  CHECK(graph.all_nodes().size() == kDepth);
  CHECK(read_ir(print(graph)).graph.all_blocks().size() == kDepth + 1);
}

TEST_CASE("no input crashes the reader") {
  const std::string seed = R"(format onnx
location 0 "m.py" line 11 column 9 to 29 in "f" scope "a"
tensor 0 "w" tensor<f32, 2> {1.0, 2.0}
module 0 "" path "" class "M" { parameter "w": tensor = tensor 0 }
constant %w: tensor = tensor 0
graph "g" exported self 0 (%x: tensor<f32, N>):
  %r = onnx::If[a=[1, 2.0, "s", {1: none}]](%x) name "n" @0 {
    block(): return %w
    block(%"q q"): return %x
  }
  return %r)";
  for (std::size_t length = 0; length < seed.size(); ++length) error_of(std::string_view(seed).substr(0, length));
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed;
    for (int edit = 0; edit < 3; ++edit) {
      const std::size_t at = random() % text.size();
      if (random() % 2 == 0) {
        text[at] = static_cast<char>(random() % 256);
      } else {
        text.insert(at, text.substr(random() % text.size(), random() % 9));
      }
    }
    const std::string message = error_of(text);
    if (message == "no error") round_trip(text);
  }
}

}  // namespace
}  // namespace graphwitness
