// The least that reading an archive without running it takes: compile `code/` with LibTorch's parts, inline, and touch
// no weights. What `graphwitness check` of a TorchScript archive is measured against (table.py).
//
// usage: bare_import MODEL

#include <ATen/core/ivalue.h>
#include <caffe2/serialize/inline_container.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/serialization/import_source.h>
#include <torch/csrc/jit/serialization/source_range_serialization.h>
#include <torch/csrc/jit/serialization/unpickler.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iostream>

namespace torch::jit {
void populate_upgraders_graph_map();  // exported, but in no installed header
}

namespace {

using namespace torch::jit;

/// The whole file, privately: tensors point into it, and nothing is read.
char* map_file(const char* path) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (file < 0 || fstat(file, &about) != 0) return nullptr;
  void* const bytes =
      mmap(nullptr, static_cast<std::size_t>(about.st_size), PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  close(file);
  return bytes == MAP_FAILED ? nullptr : static_cast<char*>(bytes);
}

class Import {
 public:
  Import(const char* path, char* bytes)
      : reader_(path),
        bytes_(bytes),
        importer_(
            unit_, &constants_, [this](const std::string& qualifier) { return source(qualifier); }, reader_.version()) {
  }

  Module module() {
    const c10::IValue constants = unpickle("constants", "constants/");
    for (const c10::IValue& constant : constants.toTupleRef().elements()) constants_.push_back(constant);
    return Module(unpickle("data", "data/").toObject());
  }

 private:
  std::shared_ptr<Source> source(const std::string& qualifier) {
    std::string path = "code/" + qualifier + ".py";
    std::replace(path.begin(), path.end() - 3, '.', '/');
    if (!reader_.hasRecord(path)) return nullptr;
    const auto [data, size] = reader_.getRecord(path);
    return std::make_shared<Source>(std::string(static_cast<const char*>(data.get()), size), path, 1);
  }

  c10::IValue unpickle(const std::string& name, const std::string& folder) {
    const auto [data, size] = reader_.getRecord(name + ".pkl");
    const char* next = static_cast<const char*>(data.get());
    const char* const end = next + size;
    Unpickler unpickler(
        [&](char* to, std::size_t wanted) {
          const std::size_t count = std::min(wanted, static_cast<std::size_t>(end - next));
          std::memcpy(to, next, count);
          next += count;
          return count;
        },
        [this](const c10::QualifiedName& type) { return at::StrongTypePtr(unit_, importer_.loadType(type)); },
        [](const at::StrongTypePtr& type, const c10::IValue& state) {
          const auto described = type.type_->expect<at::ClassType>();
          auto object = c10::ivalue::Object::create(type, described->numAttributes());
          const auto values = state.toGenericDict();
          for (std::size_t slot = 0; slot < described->numAttributes(); ++slot) {
            object->setSlot(slot, values.at(described->getAttributeName(slot)));
          }
          return object;
        },
        [this, &folder](const std::string& record) {
          return at::DataPtr(bytes_ + reader_.getRecordOffset(folder + record), at::kCPU);
        },
        at::Device(at::kCPU), false);
    unpickler.set_version(reader_.version());
    return unpickler.parse_ivalue();
  }

  caffe2::serialize::PyTorchStreamReader reader_;
  char* bytes_;
  std::shared_ptr<CompilationUnit> unit_ = std::make_shared<CompilationUnit>();
  std::vector<c10::IValue> constants_;
  SourceImporter importer_;
};

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 2;
  char* const bytes = map_file(words[1]);
  if (bytes == nullptr) return 2;
  populate_upgraders_graph_map();
  std::size_t nodes = 0;
  Import import(words[1], bytes);
  for (const Method& method : import.module().get_methods()) {
    const std::shared_ptr<Graph> graph = method.graph()->copy();
    Inline(*graph);
    nodes += static_cast<std::size_t>(std::distance(graph->nodes().begin(), graph->nodes().end()));
  }
  std::cout << nodes << " operations\n";
  return 0;
}
