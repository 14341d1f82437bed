#include "graphwitness/rules/rule.h"

namespace graphwitness {
namespace {

/// One graph alone does not tell; see src/rules/run_export.h.
void run(RuleContext&) {}

}  // namespace

extern constinit const Rule rule_export_loss{
    "export-loss", "what an export to ONNX lost or froze of the module that it is checked against", run};

}  // namespace graphwitness
