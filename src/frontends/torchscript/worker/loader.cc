#include "frontends/torchscript/worker/loader.h"

#include <array>
#include <memory>
#include <utility>

#include "frontends/torchscript/worker/inliner.h"

namespace graphwitness::torchscript {
namespace {

void refuse_what_is_no_model(const Archive& archive) {
  if (archive.find("model.json") != nullptr && archive.find("data.pkl") == nullptr) {
    archive.fail("a TorchScript archive of 2018 or 2019 (`model.json`), which no LibTorch in use reads this way; load it with"
                 " PyTorch 1.4 to 1.13 in Python and write it again with `torch.jit.save`");
  }
  const bool has_code = !archive.code().empty();
  if (archive.find("data.pkl") != nullptr && !has_code && archive.find("constants.pkl") == nullptr) {
    archive.fail("a `torch.save` checkpoint, not a model; load it in Python, script or trace the model and write it with"
                 " `torch.jit.save`");
  }
  for (const char* record : {"version", "data.pkl", "constants.pkl"}) {
    const bool newer_place = std::string_view(record) == "version" && archive.find(".data/version") != nullptr;
    if (archive.find(record) != nullptr || newer_place) continue;
    archive.fail("a zip file without record `" + std::string(record) + "`, expected a TorchScript archive as `torch.jit.save`"
                 " writes it");
  }
  if (!has_code) archive.fail("an archive without code, expected `code/__torch__.py` and others as `torch.jit.save` writes them");
}

}  // namespace

Graph load(const std::string& path) {
  Archive archive(path);
  refuse_what_is_no_model(archive);
  jit::populate_upgraders_graph_map();
  const Pickle constants(archive.read("constants.pkl"), "constants.pkl");
  const Pickle data(archive.read("data.pkl"), "data.pkl");
  const Program program(archive, constants, data);

  GraphBuilder builder;
  builder.set_format(Format::torchscript);
  Types types(builder);
  const Modules modules(archive, data, program, types, builder);
  DebugRecords records(archive);
  const CodeIndex code(archive);
  const Origins origins(code, records);
  Locations locations(program, records, builder);
  ConstantTensors tensors(archive, constants, program, builder);
  Inliner inliner(program, modules, origins, locations, types, tensors, builder);
  for (jit::Function* method : modules.objects().front().type->methods()) inliner.add_method(*method);
  for (const CodeFunction& function : code.functions()) {
    const FunctionOrigin& origin = origins[function.name];
    builder.add_callable(function.name, origin.origin, locations.of(origin));
  }
  locations.add_sources();
  return std::move(builder).build();
}

}  // namespace graphwitness::torchscript
