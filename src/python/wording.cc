#include "python/wording.h"

namespace graphwitness::python {

std::string named(const Value& value) { return value.root.empty() ? "a tensor" : "`" + std::string(value.root) + "`"; }

/// "the data of `x`", "the shape of `x`".
std::string cause(const Value& value) {
  switch (const Label label = strongest(value.labels)) {
    case Label::state:
      return "state " + named(value) + " that earlier calls left";
    case Label::training:
      return "the flag `training`";
    case Label::tracing:
      return "whether the code is being traced";
    case Label::exporting:
      return "whether the code is being exported to ONNX";
    case Label::global:
      return value.root.empty() ? "a global mode of PyTorch" : named(value) + ", which code outside of the model sets,";
    case Label::argument:
      return "what the caller passes as " + named(value);
    case Label::gradient:
      return "whether " + named(value) + " needs a gradient";
    default:
      return "the " + std::string(name_of(label)) + " of " + named(value);
  }
}

Weight weight_of(Labels labels) { return (labels & kData) != 0 ? Weight::error : Weight::warning; }

}  // namespace graphwitness::python
