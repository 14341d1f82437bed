#pragma once
/// Tensors that an ONNX graph holds as constants and that were no parameters: attributes that nobody registered, data
/// or shapes of the example.
///
/// Limit: speaks of what PyTorch exported and left as a `Constant`. What constant folding made an initializer of looks
/// as folded weights do, and is not told from them.

#include "graphwitness/rules/rule.h"

namespace graphwitness {

void report_onnx_tensors(RuleContext& context);

}  // namespace graphwitness
