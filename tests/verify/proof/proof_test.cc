#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "verify/proof/pairs.h"

namespace graphwitness::proof {
namespace {

const std::string kRelu = "%y: tensor = aten::relu(%x)\nreturn %y\n";
constexpr std::string_view kParameters =
    "parameter \"a\": tensor<f32, 2> = tensor 0\nparameter \"b\": tensor<f32, 2> = tensor 1\n"
    "parameter \"twin\": tensor<f32, 2> = tensor 4\nplain \"training\": bool = false\nplain \"flag\": bool = true";

std::string reads(std::string_view parameter) {
  return "%p: tensor = prim::GetAttr[name=\"" + std::string(parameter) +
         "\"](%self)\n%y: tensor = aten::maximum(%x, %p)\nreturn %y\n";
}

bool proved_with_parameters(std::string_view scripted, std::string_view traced) {
  return proved(scripted, traced, Scope::same_shapes, DType::f32, {2, 2}, kParameters);
}

bool assumes(const Proof& proof, Assumption one) {
  return std::ranges::find(proof.assumptions, one) != proof.assumptions.end();
}

}  // namespace

TEST_CASE("the same graph is proved in both scopes; another operator, literal or order of operands is not") {
  CHECK(proved(kRelu, kRelu));
  CHECK(proved(kRelu, kRelu, Scope::other_shapes));
  CHECK_FALSE(proved(kRelu, "%y: tensor = aten::tanh(%x)\nreturn %y\n"));
  CHECK_FALSE(proved(kRelu, "return %x\n"));
  const std::string softmax =
      "%n: none = prim::Constant[value=none]()\n%d: int = prim::Constant[value=1]()\n"
      "%y: tensor = aten::softmax[overload=\"int\"](%x, %d, %n)\nreturn %y\n";
  std::string other = softmax;
  other.replace(other.find("value=1"), 7, "value=0");
  CHECK(proved(softmax, softmax));
  CHECK_FALSE(proved(softmax, other));
  const std::string halves = "%r: tensor = aten::relu(%x)\n%y: tensor = aten::atan2(%r, %x)\nreturn %y\n";
  CHECK_FALSE(proved(halves, "%r: tensor = aten::relu(%x)\n%y: tensor = aten::atan2(%x, %r)\nreturn %y\n"));
}

TEST_CASE("parameters are what they hold, not what they are called") {
  CHECK(proved_with_parameters(reads("a"), reads("a")));
  CHECK(proved_with_parameters(reads("a"), reads("twin")));
  CHECK_FALSE(proved_with_parameters(reads("a"), reads("b")));
  CHECK(proved_with_parameters(reads("a"),
                               "%p: tensor = prim::Constant[value=tensor 4]()\n"
                               "%y: tensor = aten::maximum(%x, %p)\nreturn %y\n"));
}

TEST_CASE("an in-place twin is the operator, where nobody else can see the write") {
  const std::string fresh = "%t: tensor = aten::tanh(%x)\n";
  const std::string plain = fresh + "%y: tensor = aten::relu(%t)\nreturn %y\n";
  const std::string in_place = fresh + "%y: tensor = aten::relu_(%t)\nreturn %y\n";
  CHECK(proved(plain, in_place));
  CHECK(proved(in_place, fresh + "%y: tensor = aten::relu_(%t)\nreturn %t\n"));
  CHECK_FALSE(proved(plain, fresh + "return %t\n"));
  // The value before the write is gone.
  CHECK_FALSE(proved(fresh + "%y: tensor = aten::relu(%t)\nreturn %t\n", in_place));
  CHECK_FALSE(proved(fresh + "%y: tensor = aten::relu(%t)\n%z: tensor = aten::maximum(%y, %t)\nreturn %z\n",
                     fresh + "%y: tensor = aten::relu_(%t)\n%z: tensor = aten::maximum(%y, %t)\nreturn %z\n"));
  // On integers the one raises and the other does not.
  CHECK_FALSE(proved("%t: tensor = aten::neg(%x)\n%y: tensor = aten::sigmoid(%t)\nreturn %y\n",
                     "%t: tensor = aten::neg(%x)\n%y: tensor = aten::sigmoid_(%t)\nreturn %y\n", Scope::same_shapes,
                     DType::i64));
}

TEST_CASE("a write through a view, or under one, is not understood") {
  const std::string start =
      "%z: int = prim::Constant[value=0]()\n%t: tensor = aten::tanh(%x)\n"
      "%v: tensor = aten::select[overload=\"int\"](%t, %z, %z)\n";
  CHECK_FALSE(proved(start + "return %t\n", start + "%w: tensor = aten::relu_(%v)\nreturn %t\n"));
  CHECK_FALSE(proved(start + "return %v\n", start + "%w: tensor = aten::relu_(%t)\nreturn %v\n"));
  const std::string both = start + "%w: tensor = aten::relu_(%v)\nreturn %t\n";
  CHECK_FALSE(proved(both, both));
  // A flattened tensor may be a view or not.
  const std::string flat =
      "%z: int = prim::Constant[value=0]()\n%l: int = prim::Constant[value=-1]()\n%t: tensor = aten::tanh(%x)\n"
      "%v: tensor = aten::flatten[overload=\"using_ints\"](%t, %z, %l)\n";
  CHECK_FALSE(proved(flat + "return %t\n", flat + "%w: tensor = aten::relu_(%v)\nreturn %t\n"));
}

TEST_CASE("writes to inputs must be the same, and to parameters are never proved") {
  const std::string writes = "%y: tensor = aten::relu_(%x)\nreturn %y\n";
  CHECK_FALSE(proved(kRelu, writes));
  CHECK_FALSE(proved(writes, kRelu));
  const Proof both = prove_texts(method("%x: tensor", writes), method("%x: tensor", writes), {tensor(DType::f32, {2})});
  CHECK(both.proved);
  CHECK(assumes(both, Assumption::memory));
  CHECK_FALSE(proved(writes, "%v: tensor = aten::detach(%x)\n%y: tensor = aten::relu_(%v)\nreturn %y\n"));
  const std::string parameter =
      "%p: tensor = prim::GetAttr[name=\"a\"](%self)\n%y: tensor = aten::relu_(%p)\nreturn %x\n";
  CHECK_FALSE(proved_with_parameters(parameter, parameter));
}

TEST_CASE("a branch on data is no proof of one of its arms; in both graphs it is") {
  const std::string condition =
      "%z: int = prim::Constant[value=0]()\n%n: none = prim::Constant[value=none]()\n"
      "%s: tensor = aten::sum(%x, %n)\n%g: tensor = aten::gt[overload=\"Scalar\"](%s, %z)\n"
      "%c: bool = aten::Bool[overload=\"Tensor\"](%g)\n";
  const auto branch = [&](const std::string& other) {
    return condition +
           "%y: tensor = prim::If(%c) {\n block():\n %a: tensor = aten::relu(%x)\n return %a\n block():\n %b: tensor = "
           "aten::" +
           other + "(%x)\n return %b\n}\nreturn %y\n";
  };
  CHECK_FALSE(proved(branch("tanh"), kRelu));
  CHECK(proved(branch("tanh"), branch("tanh")));
  CHECK_FALSE(proved(branch("tanh"), branch("sin")));
  const std::string asserts =
      condition +
      "%m: str = prim::Constant[value=\"no\"]()\nprim::If(%c) {\n block():\n return\n block():\n "
      "prim::RaiseException(%m, %m)\n return\n}\n%y: tensor = aten::relu(%x)\nreturn %y\n";
  CHECK_FALSE(proved(asserts, kRelu));
  CHECK_FALSE(proved(asserts, kRelu, Scope::other_shapes));
  CHECK(proved(asserts, asserts));
}

TEST_CASE("an assertion on the rank is decided by the example, and assumed") {
  const std::string asserts =
      "%r: int = aten::dim(%x)\n%two: int = prim::Constant[value=2]()\n%c: bool = aten::ne[overload=\"int\"](%r, "
      "%two)\n"
      "%m: str = prim::Constant[value=\"no\"]()\nprim::If(%c) {\n block():\n prim::RaiseException(%m, %m)\n return\n"
      " block():\n return\n}\n" +
      kRelu;
  const Proof proof =
      prove_texts(method("%x: tensor", asserts), method("%x: tensor", kRelu), {tensor(DType::f32, {2, 3})});
  CHECK(proof.proved);
  CHECK(assumes(proof, Assumption::rank));
  CHECK_FALSE(proved(asserts, kRelu, Scope::same_shapes, DType::f32, {2, 3, 4}));
}

TEST_CASE("a size that a trace froze is proved for the same shapes and not for others") {
  const std::string end = "%l: list<int> = prim::ListConstruct(%s, %m)\n%y: tensor = aten::view(%x, %l)\nreturn %y\n";
  const std::string live =
      "%m: int = prim::Constant[value=-1]()\n%z: int = prim::Constant[value=0]()\n"
      "%s: int = aten::size[overload=\"int\"](%x, %z)\n" +
      end;
  const std::string frozen = "%m: int = prim::Constant[value=-1]()\n%s: int = prim::Constant[value=2]()\n" + end;
  CHECK(proved(live, frozen));
  CHECK_FALSE(proved(live, frozen, Scope::other_shapes));
  const std::string traced =
      "%m: int = prim::Constant[value=-1]()\n%z: int = prim::Constant[value=0]()\n"
      "%i: int = aten::size[overload=\"int\"](%x, %z)\n%t: tensor = prim::NumToTensor[overload=\"Scalar\"](%i)\n"
      "%s: int = aten::Int[overload=\"Tensor\"](%t)\n" +
      end;
  CHECK(proved(live, traced, Scope::other_shapes));
}

TEST_CASE("a branch on a size is decided for the same shapes only") {
  const std::string branch =
      "%z: int = prim::Constant[value=0]()\n%s: int = aten::size[overload=\"int\"](%x, %z)\n"
      "%c: bool = aten::gt[overload=\"int\"](%s, %z)\n%y: tensor = prim::If(%c) {\n block():\n %a: tensor = "
      "aten::relu(%x)\n"
      " return %a\n block():\n return %x\n}\nreturn %y\n";
  CHECK(proved(branch, kRelu));
  CHECK_FALSE(proved(branch, kRelu, Scope::other_shapes));
}

TEST_CASE("a number and a tensor that holds it are one where they make the same dtype") {
  const std::string number =
      "%h: float = prim::Constant[value=0.5]()\n%y: tensor = aten::mul[overload=\"Scalar\"](%x, %h)\nreturn %y\n";
  const std::string held =
      "%h: tensor<f64> = prim::Constant[value=tensor 2]()\n%y: tensor = aten::mul[overload=\"Tensor\"](%x, %h)\nreturn "
      "%y\n";
  const Proof proof = prove_texts(method("%x: tensor", number), method("%x: tensor", held), {tensor(DType::f32, {2})});
  CHECK(proof.proved);
  CHECK(assumes(proof, Assumption::dtype));
  CHECK_FALSE(proved(number, held, Scope::same_shapes, DType::i64));
  CHECK_FALSE(proved(number, held, Scope::same_shapes, DType::f32, {}));
  const std::string other =
      "%h: tensor<i64> = prim::Constant[value=tensor 3]()\n%y: tensor = aten::mul[overload=\"Tensor\"](%x, %h)\nreturn "
      "%y\n";
  CHECK_FALSE(proved(number, other));
}

TEST_CASE("arithmetic on sizes in floating tensors is not Python's") {
  const std::string live =
      "%z: int = prim::Constant[value=0]()\n%s: int = aten::size[overload=\"int\"](%x, %z)\n"
      "%h: float = prim::Constant[value=0.5]()\n%f: float = aten::mul[overload=\"int_float\"](%s, %h)\n"
      "%y: tensor = aten::mul[overload=\"Scalar\"](%x, %f)\nreturn %y\n";
  const std::string traced =
      "%z: int = prim::Constant[value=0]()\n%s: int = aten::size[overload=\"int\"](%x, %z)\n"
      "%t: tensor = prim::NumToTensor[overload=\"Scalar\"](%s)\n%h: tensor<f64> = prim::Constant[value=tensor 2]()\n"
      "%f: tensor = aten::mul[overload=\"Tensor\"](%t, %h)\n%y: tensor = aten::mul[overload=\"Tensor\"](%x, "
      "%f)\nreturn %y\n";
  CHECK_FALSE(proved(live, traced));
  CHECK_FALSE(proved(live, traced, Scope::other_shapes));
}

TEST_CASE("a tuple is no tensor, and the reason says so") {
  const Proof proof = prove_texts(method("%x: tensor", "%t: tuple<tensor> = prim::TupleConstruct(%x)\nreturn %t\n"),
                                  method("%x: tensor", "return %x\n"), {tensor(DType::f32, {2})});
  CHECK_FALSE(proof.proved);
  REQUIRE(proof.reasons.size() == 1);
  CHECK(proof.reasons[0] == "output structure: the scripted model gives a tuple of 1, the traced one a tensor");
}

TEST_CASE("what is random, trains, or is assigned is never proved") {
  const auto both = [](const std::string& body) { return proved_with_parameters(body, body); };
  const std::string half = "%h: float = prim::Constant[value=0.5]()\n";
  CHECK_FALSE(
      both(half + "%t: bool = prim::Constant[value=true]()\n%y: tensor = aten::dropout(%x, %h, %t)\nreturn %y\n"));
  CHECK(both(half + "%t: bool = prim::Constant[value=false]()\n%y: tensor = aten::dropout(%x, %h, %t)\nreturn %y\n"));
  CHECK_FALSE(both(
      "%n: none = prim::Constant[value=none]()\n%y: tensor = aten::rand_like(%x, %n, %n, %n, %n, %n)\nreturn %y\n"));
  CHECK_FALSE(both(half + "%t: bool = prim::Constant[value=true]()\n%p: tensor = prim::GetAttr[name=\"a\"](%self)\n"
                          "%y: tensor = aten::batch_norm(%x, %p, %p, %p, %p, %t, %h, %h, %t)\nreturn %y\n"));
  CHECK_FALSE(both("prim::SetAttr[name=\"a\"](%self, %x)\n" + kRelu));
  CHECK_FALSE(both("%y: tensor = custom::thing(%x)\nreturn %y\n"));
}

TEST_CASE("what is decided by the training mode and by attributes is assumed") {
  const std::string branch =
      "%c: bool = prim::GetAttr[name=\"training\"](%self)\n%y: tensor = prim::If(%c) {\n block():\n return %x\n "
      "block():\n"
      " %a: tensor = aten::relu(%x)\n return %a\n}\nreturn %y\n";
  const Proof mode = prove_texts(method("%x: tensor", branch, kParameters), method("%x: tensor", kRelu, kParameters),
                                 {tensor(DType::f32, {2})});
  CHECK(mode.proved);
  CHECK(assumes(mode, Assumption::training));
  std::string flag = branch;
  flag.replace(flag.find("training"), 8, "flag");
  CHECK(proved_with_parameters(flag, "return %x\n"));
  CHECK_FALSE(proved_with_parameters(flag, kRelu));
}

TEST_CASE("an operation that nobody uses but that may raise on data must be in both") {
  const std::string index =
      "%l: list<optional<tensor>> = prim::ListConstruct(%x)\n%t: tensor = prim::Constant[value=tensor 0]()\n"
      "%u: tensor = aten::index[overload=\"Tensor\"](%t, %l)\n%y: tensor = aten::neg(%x)\nreturn %y\n";
  const std::string without = "%y: tensor = aten::neg(%x)\nreturn %y\n";
  CHECK_FALSE(proved(index, without, Scope::same_shapes, DType::i64));
  CHECK(proved(index, index, Scope::same_shapes, DType::i64));
}

TEST_CASE("an index or a size that is read from data may raise, whoever uses the result") {
  const std::string read =
      "%z: int = prim::Constant[value=0]()\n%n: none = prim::Constant[value=none]()\n%s: tensor = aten::sum(%x, %n)\n"
      "%i: int = aten::Int[overload=\"Tensor\"](%s)\n";
  const std::string end = "%y: tensor = aten::neg(%x)\nreturn %y\n";
  // Of integers the reading itself always works.
  const auto proved_of_integers = [](const std::string& one, const std::string& other) {
    return proved(one, other, Scope::same_shapes, DType::i64);
  };
  CHECK(proved_of_integers(read + end, end));
  const std::string select = read + "%u: tensor = aten::select[overload=\"int\"](%x, %z, %i)\n" + end;
  CHECK_FALSE(proved_of_integers(select, end));
  CHECK_FALSE(proved_of_integers(end, select));
  CHECK(proved_of_integers(select, select));
  const std::string factory = read +
                              "%l: list<int> = prim::ListConstruct(%i)\n"
                              "%u: tensor = aten::zeros(%l, %n, %n, %n, %n)\n" +
                              end;
  CHECK_FALSE(proved_of_integers(factory, end));
  CHECK(proved_of_integers(factory, factory));
}

TEST_CASE("a number that is no integer cannot be read as one") {
  const std::string read =
      "%n: none = prim::Constant[value=none]()\n%s: tensor = aten::sum(%x, %n)\n"
      "%i: int = aten::Int[overload=\"Tensor\"](%s)\n";
  const std::string end = "%y: tensor = aten::neg(%x)\nreturn %y\n";
  CHECK_FALSE(proved(read + end, end));
  CHECK(proved(read + end, read + end));
}

TEST_CASE("what one graph alone does, and what the dtype alone makes safe, is proved for that dtype") {
  const std::string end = "%y: tensor = aten::neg(%x)\nreturn %y\n";
  const std::string divides = "%u: tensor = aten::floor_divide(%x, %x)\n" + end;
  CHECK_FALSE(proved(divides, end, Scope::same_shapes, DType::i64));
  const auto prove_both = [&](const std::string& one, const std::string& other) {
    return prove_texts(method("%x: tensor", one), method("%x: tensor", other), {tensor(DType::f32, {2})});
  };
  const Proof alone = prove_both(divides, end);
  CHECK(alone.proved);
  CHECK(assumes(alone, Assumption::dtype));
  CHECK_FALSE(assumes(prove_both(divides, divides), Assumption::dtype));
}

TEST_CASE("a number that does not fit the dtype may raise in an arm that the example does not take") {
  const auto compares = [](const std::string& number) {
    return "%n: none = prim::Constant[value=none]()\n%h: float = prim::Constant[value=" + number +
           "]()\n%s: tensor = aten::sum(%x, %n)\n%c: bool = aten::Bool[overload=\"Tensor\"](%s)\n"
           "prim::If(%c) {\n block():\n %u: tensor = aten::gt[overload=\"Scalar\"](%x, %h)\n return\n block():\n"
           " return\n}\n%y: tensor = aten::neg(%x)\nreturn %y\n";
  };
  const std::string end = "%y: tensor = aten::neg(%x)\nreturn %y\n";
  CHECK(proved(compares("0.5"), end));
  CHECK_FALSE(proved(compares("1e300"), end));
}

TEST_CASE("the absolute value of a complex number is no complex number") {
  const std::string asks =
      "%a: tensor = aten::abs(%x)\n%c: bool = aten::is_complex(%a)\n%y: tensor = prim::If(%c) {\n block():\n"
      " return %a\n block():\n %b: tensor = aten::neg(%a)\n return %b\n}\nreturn %y\n";
  CHECK_FALSE(proved(asks, "%a: tensor = aten::abs(%x)\nreturn %a\n", Scope::same_shapes, DType::c64));
  CHECK(proved(asks, "%a: tensor = aten::abs(%x)\n%b: tensor = aten::neg(%a)\nreturn %b\n"));
}

TEST_CASE("a loop with a known number of turns is unrolled") {
  const std::string loop =
      "%n: int = prim::Constant[value=2]()\n%t: bool = prim::Constant[value=true]()\n%y: tensor = prim::Loop(%n, %t, "
      "%x) {\n"
      " block(%i: int, %c: tensor):\n %d: tensor = aten::sin(%c)\n return %t, %d\n}\nreturn %y\n";
  CHECK(proved(loop, "%a: tensor = aten::sin(%x)\n%b: tensor = aten::sin(%a)\nreturn %b\n"));
  CHECK_FALSE(proved(loop, "%a: tensor = aten::sin(%x)\nreturn %a\n"));
}

TEST_CASE("`_convolution` is `conv2d` with the same stride and padding") {
  const std::string start =
      "%w: tensor = prim::Constant[value=tensor 5]()\n%n: none = prim::Constant[value=none]()\n"
      "%one: int = prim::Constant[value=1]()\n%zero: int = prim::Constant[value=0]()\n"
      "%f: bool = prim::Constant[value=false]()\n%s: list<int> = prim::ListConstruct(%one, %one)\n"
      "%p: list<int> = prim::ListConstruct(%zero, %zero)\n";
  const std::string two = start + "%y: tensor = aten::conv2d(%x, %w, %n, %s, %p, %s, %one)\nreturn %y\n";
  const auto general = [&](std::string_view padding, std::string_view transposed) {
    return start + "%t: bool = prim::Constant[value=" + std::string(transposed) +
           "]()\n%y: tensor = aten::_convolution(%x, %w, %n, %s, %" + std::string(padding) +
           ", %s, %t, %p, %one, %f, %f, %f, %f)\nreturn %y\n";
  };
  CHECK(proved(two, general("p", "false"), Scope::other_shapes, DType::f32, {1, 3, 8, 8}));
  CHECK_FALSE(proved(two, general("s", "false"), Scope::other_shapes, DType::f32, {1, 3, 8, 8}));
  CHECK_FALSE(proved(two, general("p", "true"), Scope::same_shapes, DType::f32, {1, 3, 8, 8}));
}

TEST_CASE("non-tensor arguments are the example's, and assumed") {
  const std::string text =
      method("%x: tensor, %k: int", "%y: tensor = aten::mul[overload=\"Scalar\"](%x, %k)\nreturn %y\n");
  const std::vector<exec::Argument> example{tensor(DType::f32, {2}), {"", exec::Value::of(std::int64_t{2})}};
  const Proof proof = prove_texts(text, text, example);
  CHECK(proof.proved);
  CHECK(assumes(proof, Assumption::arguments));
}

}  // namespace graphwitness::proof
