#pragma once
/// What an archive says of itself beside its code and weights, as properties of the graph.
///
///     archive_version    format version of the archive
///     extra_file         name of an extra file; one property each
///     bundled_inputs     "true": the model can give example inputs (`get_all_bundled_inputs`)
///     traced_inputs      "true": the inputs that it was traced with are stored (`traced_inputs.pkl`)
///     mobile             "true": it also holds bytecode for the mobile interpreter
///     training           "true" or "false": the mode of the root; absent in frozen archives
///     setstate_class     class whose `__setstate__` loading would run; one property each
///     setstate_tensors   tensors in the states of such objects, and
///     setstate_elements  how many elements those have
///     remark             a sentence for the user; one property each

#include "frontends/torchscript/worker/archive.h"
#include "frontends/torchscript/worker/inliner.h"
#include "frontends/torchscript/worker/modules.h"
#include "frontends/torchscript/worker/pickle.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

void add_properties(Archive& archive, const Pickle& data, const Modules& modules, const Inliner& inliner,
                    GraphBuilder& builder);

}  // namespace graphwitness::torchscript
