#include "rules/would_freeze.h"

namespace graphwitness {
namespace {

void run(RuleContext& context) { report_would_freeze_tensor(context); }

}  // namespace

extern constinit const Rule rule_frozen_tensor{
    "frozen-tensor", "a constant tensor where the model reads an attribute, data or a shape", run};

}  // namespace graphwitness
