#include "frontends/torchscript/worker/loader.h"

#include <memory>
#include <utility>
#include <vector>

#include "frontends/torchscript/worker/errors.h"
#include "frontends/torchscript/worker/inliner.h"
#include "frontends/torchscript/worker/missing_operators.h"
#include "frontends/torchscript/worker/properties.h"
#include "graphwitness/support/error.h"

namespace graphwitness::torchscript {
namespace {

void refuse_what_is_no_model(const Archive& archive) {
  if (archive.find("model.json") != nullptr && archive.find("data.pkl") == nullptr) {
    archive.fail(
        "a TorchScript archive of 2018 or 2019 (`model.json`), which no LibTorch in use reads this way; load it with"
        " PyTorch 1.4 to 1.13 in Python and write it again with `torch.jit.save`");
  }
  const bool has_code = !archive.code().empty();
  if (archive.find("data.pkl") != nullptr && !has_code && archive.find("constants.pkl") == nullptr) {
    archive.fail(
        "a `torch.save` checkpoint, not a model; load it in Python, script or trace the model and write it with"
        " `torch.jit.save`");
  }
  for (const char* record : {"version", "data.pkl", "constants.pkl"}) {
    const bool newer_place = std::string_view(record) == "version" && archive.find(".data/version") != nullptr;
    if (archive.find(record) != nullptr || newer_place) continue;
    archive.fail("a zip file without record `" + std::string(record) +
                 "`, expected a TorchScript archive as `torch.jit.save`"
                 " writes it");
  }
  if (!has_code)
    archive.fail("an archive without code, expected `code/__torch__.py` and others as `torch.jit.save` writes them");
}

void refuse_unknown_classes(Archive& archive, const Pickle& constants, const Pickle& data) {
  std::string names;
  for (const std::string& name : unknown_custom_classes(archive, constants, data)) {
    names += (names.empty() ? "`" : ", `") + name + "`";
  }
  if (names.empty()) return;
  archive.fail("custom classes that LibTorch " TORCH_VERSION " does not have: " + names +
               "; they come with a library of C++ extensions, which is not loaded");
}

/// The archive's code, with stand-ins for operators that are not known, if it takes them.
std::unique_ptr<Program> compile(Archive& archive, const Pickle& constants, const Pickle& data,
                                 std::vector<DerivedOperator>& missing) {
  const std::string cannot = "LibTorch " TORCH_VERSION " cannot compile the archive's code: ";
  std::string problem;
  try {
    return std::make_unique<Program>(archive, constants, data);
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    problem = one_line(error);
  }
  missing = register_missing_operators(archive);
  if (missing.empty()) archive.fail(cannot + problem);
  try {
    return std::make_unique<Program>(archive, constants, data);
  } catch (const std::exception& error) {
    archive.fail(cannot + one_line(error) + ", with stand-ins for operators that it does not have, such as `" +
                 missing.front().op + "`");
  }
}

}  // namespace

Graph load(const std::string& path, std::span<const std::string> remarks) {
  Archive archive(path);
  refuse_what_is_no_model(archive);
  format_version(archive);
  const Pickle constants(archive, "constants.pkl");
  const Pickle data(archive, "data.pkl");
  refuse_unknown_classes(archive, constants, data);
  jit::populate_upgraders_graph_map();
  std::vector<DerivedOperator> missing;
  const std::unique_ptr<Program> program = compile(archive, constants, data, missing);

  GraphBuilder builder;
  builder.set_format(Format::torchscript);
  Types types(builder);
  const Modules modules(archive, data, *program, types, builder);
  DebugRecords records(archive);
  const CodeIndex code(archive);
  const Origins origins(code, records);
  Locations locations(*program, records, builder);
  ConstantTensors tensors(archive, constants, *program, builder);
  Inliner inliner(*program, modules, origins, locations, types, tensors, builder);
  for (const DerivedOperator& operation : missing) inliner.watch(operation.op);

  const c10::ClassType& root = *modules.objects().front().type;
  for (jit::Function* method : root.methods()) inliner.add_method(*method);
  for (jit::Function* hook : root.getForwardPreHooks()) inliner.add_method(*hook);
  for (jit::Function* hook : root.getForwardHooks()) inliner.add_method(*hook);
  for (const CodeFunction& function : code.functions()) {
    const FunctionOrigin& origin = origins[function.name];
    builder.add_callable(function.name, origin.origin, locations.of(origin));
  }
  for (const DerivedOperator& operation : missing) {
    builder.add_missing_operator(operation.op, operation.schema, inliner.first_use(operation.op));
  }
  locations.add_sources();
  add_properties(archive, data, modules, inliner, builder);
  for (const std::string& remark : remarks) builder.add_property("remark", remark);
  return std::move(builder).build();
}

}  // namespace graphwitness::torchscript
