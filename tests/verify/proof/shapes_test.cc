#include <doctest/doctest.h>

#include <string>

#include "verify/proof/pairs.h"

namespace graphwitness::proof {
namespace {

/// Whether size `dimension` of what `operation` makes of `%x` is `expected` on these sizes.
bool has_size(const std::string& operation, int dimension, std::int64_t expected, std::vector<std::int64_t> sizes) {
  const std::string start =
      "%m: int = prim::Constant[value=-1]()\n%zero: int = prim::Constant[value=0]()\n%one: int = "
      "prim::Constant[value=1]()\n"
      "%two: int = prim::Constant[value=2]()\n%three: int = prim::Constant[value=3]()\n%n: none = "
      "prim::Constant[value=none]()\n"
      "%t: bool = prim::Constant[value=true]()\n%f: bool = prim::Constant[value=false]()\n"
      "%k: list<int> = prim::ListConstruct(%three, %three)\n%s: list<int> = prim::ListConstruct(%two, %two)\n"
      "%p: list<int> = prim::ListConstruct(%one, %one)\n%o: list<int> = prim::ListConstruct(%zero, %zero)\n" +
      operation + "\n%d: int = prim::Constant[value=" + std::to_string(dimension) + "]()\n";
  const std::string live = start +
                           "%r: int = aten::size[overload=\"int\"](%y, %d)\n%z: tensor = "
                           "aten::mul[overload=\"Scalar\"](%y, %r)\nreturn %z\n";
  const std::string frozen = start + "%r: int = prim::Constant[value=" + std::to_string(expected) +
                             "]()\n%z: tensor = aten::mul[overload=\"Scalar\"](%y, %r)\nreturn %z\n";
  return proved(live, frozen, Scope::same_shapes, DType::f32, std::move(sizes));
}

}  // namespace

TEST_CASE("sizes of pools, with windows cut off and with a last one that is not full") {
  CHECK(has_size("%y: tensor = aten::max_pool2d(%x, %k, %s, %o, %p, %f)", 2, 3, {1, 1, 8, 8}));
  CHECK(has_size("%y: tensor = aten::max_pool2d(%x, %k, %s, %o, %p, %t)", 2, 4, {1, 1, 8, 8}));
  CHECK(has_size("%y: tensor = aten::max_pool2d(%x, %k, %s, %p, %p, %f)", 3, 4, {1, 1, 8, 8}));
  CHECK_FALSE(has_size("%y: tensor = aten::max_pool2d(%x, %k, %s, %o, %p, %f)", 2, 4, {1, 1, 8, 8}));
  CHECK(has_size("%y: tensor = aten::avg_pool2d(%x, %s, %s, %o, %f, %t, %n)", 2, 4, {1, 1, 8, 9}));
}

TEST_CASE("sizes of convolutions") {
  const std::string weight = "%w: tensor = prim::Constant[value=tensor 5]()\n";
  CHECK(has_size(weight + "%y: tensor = aten::conv2d(%x, %w, %n, %s, %p, %p, %one)", 2, 4, {1, 3, 8, 8}));
  CHECK(has_size(weight + "%y: tensor = aten::conv2d(%x, %w, %n, %s, %p, %p, %one)", 1, 4, {1, 3, 8, 8}));
  CHECK_FALSE(has_size(weight + "%y: tensor = aten::conv2d(%x, %w, %n, %s, %o, %p, %one)", 2, 4, {1, 3, 8, 8}));
}

TEST_CASE("sizes of parts, of what is put together, and of what is taken apart") {
  CHECK(has_size("%y: tensor = aten::slice[overload=\"Tensor\"](%x, %zero, %one, %n, %two)", 0, 2, {5, 3}));
  CHECK(has_size("%y: tensor = aten::slice[overload=\"Tensor\"](%x, %zero, %n, %m, %one)", 0, 4, {5, 3}));
  CHECK(has_size("%l: list<tensor> = prim::ListConstruct(%x, %x)\n%y: tensor = aten::cat(%l, %one)", 1, 6, {5, 3}));
  CHECK(has_size("%l: list<tensor> = aten::chunk(%x, %two, %zero)\n%y: tensor, %b: tensor = prim::ListUnpack(%l)", 0, 3,
                 {5, 3}));
  CHECK(has_size("%l: list<tensor> = aten::chunk(%x, %two, %zero)\n%b: tensor, %y: tensor = prim::ListUnpack(%l)", 0, 2,
                 {5, 3}));
  CHECK(has_size("%y: tensor = aten::flatten[overload=\"using_ints\"](%x, %one, %m)", 1, 12, {5, 3, 4}));
  CHECK(has_size("%l: list<int> = prim::ListConstruct(%two, %m)\n%y: tensor = aten::view(%x, %l)", 1, 9, {6, 3}));
  CHECK(has_size("%y: tensor = aten::mean[overload=\"dim\"](%x, %p, %t, %n)", 1, 1, {6, 3}));
  CHECK(has_size("%y: tensor = aten::transpose[overload=\"int\"](%x, %zero, %m)", 0, 3, {6, 3}));
}

}  // namespace graphwitness::proof
