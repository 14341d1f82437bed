#include "rules/places.h"

#include <doctest/doctest.h>

#include "graphwitness/ir/text.h"

namespace graphwitness {
namespace {

TEST_CASE("PyTorch's own files are told from the user's") {
  CHECK(is_library_file("/usr/lib/python3/dist-packages/torch/nn/functional.py"));
  CHECK(is_library_file("/opt/venv/lib/python3.11/site-packages/torch/anything.py"));
  CHECK(is_library_file("/home/ann/pytorch/torch/nn/modules/conv.py"));
  CHECK(is_library_file("torch/nn/functional.py"));
  CHECK_FALSE(is_library_file("/usr/lib/python3/dist-packages/torchvision/ops/boxes.py"));
  CHECK_FALSE(is_library_file("/home/ann/torch/model.py"));
  CHECK_FALSE(is_library_file("mytorch/nn/model.py"));
  CHECK_FALSE(is_library_file(""));
}

TEST_CASE("the innermost frame of the user's own code is shown") {
  const Graph graph = read_ir(R"(
location 0 "main.py" line 3
location 1 "model.py" line 7 from 0
location 2 "/usr/lib/python3/dist-packages/torch/nn/functional.py" line 99 from 1
location 3
source "model.py" line 6 "def f(x):\n    return x + 1\n"
graph(): a::a() @2 return)")
                          .graph;
  CHECK(shown_frame(graph, LocationId{2}) == LocationId{1});
  CHECK(shown_frame(graph, LocationId{0}) == LocationId{0});
  CHECK(!shown_frame(graph, LocationId{3}));
  CHECK(!shown_frame(graph, LocationId{}));
  CHECK(frames_of(graph, LocationId{2}).size() == 3);
  CHECK(span_of(graph, LocationId{1}).text == "    return x + 1");
  CHECK(span_of(graph, LocationId{0}).text.empty());
}

}  // namespace
}  // namespace graphwitness
