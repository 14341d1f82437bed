#pragma once
/// An archive's code, compiled by LibTorch without running any of it: the only place where LibTorch's importer is
/// called.
///
/// Limits: tensors of the code's constants are stand-ins that hold no data; `constant_of` tells which one each stands
/// for.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/torchscript/worker/archive.h"
#include "frontends/torchscript/worker/libtorch.h"
#include "frontends/torchscript/worker/pickle.h"

namespace graphwitness::torchscript {

class Program {
 public:
  /// Compiles the classes that `data` has objects of, and all that they refer to.
  /// Throws InputError for unknown custom classes, and what LibTorch throws when the code does not compile.
  Program(Archive& archive, const Pickle& constants, const Pickle& data);

  /// Null when the archive has no such class.
  c10::ClassTypePtr class_named(const std::string& qualified_name) const;
  jit::CompilationUnit& unit() const { return *unit_; }

  /// Name of the record ("code/__torch__.py") that the source is; "" for a source from elsewhere.
  std::string_view record_of(const jit::Source* source) const;
  /// The item of the constants' pickle that a stand-in stands for; none for other tensors.
  ItemId constant_of(const at::Tensor& tensor) const;

 private:
  std::shared_ptr<jit::Source> load_source(Archive& archive, const std::string& qualifier);
  void load_classes(const Pickle& data);
  void make_constants(Archive& archive, const Pickle& constants);

  std::shared_ptr<jit::CompilationUnit> unit_ = std::make_shared<jit::CompilationUnit>();
  std::vector<c10::IValue> constants_;
  std::unordered_map<const void*, ItemId> stand_ins_;
  std::unordered_map<const jit::Source*, std::string> records_;
  std::vector<std::shared_ptr<jit::Source>> sources_;
  std::unordered_map<std::string, c10::ClassTypePtr> classes_;
  std::unique_ptr<jit::SourceImporter> importer_;
};

/// The archive's format version, checked against what this LibTorch reads.
std::size_t format_version(Archive& archive);
/// Custom (C++) classes that the archive names and this LibTorch does not have.
std::vector<std::string> unknown_custom_classes(Archive& archive, const Pickle& constants, const Pickle& data);

}  // namespace graphwitness::torchscript
