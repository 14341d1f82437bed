#include "frontends/torchscript/worker/missing_operators.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "frontends/torchscript/worker/libtorch.h"

namespace graphwitness::torchscript {
namespace {

/// What a call site shows of the operator that it calls.
struct CallShape {
  std::string op;
  std::size_t positional = 0;
  std::vector<std::string> named{};

  friend auto operator<=>(const CallShape&, const CallShape&) = default;
};

/// Types of a call's results as its uses tell them; null: not told.
using Results = std::vector<c10::TypePtr>;

/// "a::b" for `ops.a.b` and "aten::b" for `torch.b`; "" for any other callee.
std::string operator_of(const jit::Expr& callee) {
  if (callee.kind() != '.') return {};
  const jit::Select outer(callee);
  const std::string name = outer.selector().name();
  if (outer.value().kind() == jit::TK_VAR) {
    return jit::Var(outer.value()).name().name() == "torch" ? "aten::" + name : "";
  }
  if (outer.value().kind() != '.') return {};
  const jit::Select inner(outer.value());
  const bool ops = inner.value().kind() == jit::TK_VAR && jit::Var(inner.value()).name().name() == "ops";
  return ops ? inner.selector().name() + "::" + name : "";
}

CallShape shape_of(const jit::Apply& call) {
  CallShape shape{.op = operator_of(call.callee()), .positional = call.inputs().size()};
  for (const jit::Attribute& argument : call.attributes()) shape.named.push_back(argument.name().name());
  return shape;
}

/// Whether a call of this shape can fit the schema, whatever the types of its arguments.
bool takes(const c10::FunctionSchema& schema, const CallShape& shape) {
  if (schema.is_vararg()) return true;
  std::size_t by_position = 0;
  std::size_t by_name = 0;
  for (const c10::Argument& argument : schema.arguments()) {
    if (by_position < shape.positional && !argument.kwarg_only()) {
      ++by_position;
    } else if (std::ranges::find(shape.named, argument.name()) != shape.named.end()) {
      ++by_name;
    } else if (!argument.default_value()) {
      return false;
    }
  }
  return by_position == shape.positional && by_name == shape.named.size();
}

bool is_known(const CallShape& shape) {
  const c10::Symbol symbol = c10::Symbol::fromQualString(shape.op);
  for (const auto& known : jit::getAllOperatorsFor(symbol)) {
    if (takes(known->schema(), shape)) return true;
  }
  for (jit::Function* function : jit::getAllBuiltinFunctionsFor(symbol)) {
    if (takes(function->getSchema(), shape)) return true;
  }
  return false;
}

/// Types of plain values; null for anything that needs the archive's own classes.
c10::TypePtr parse_type(const jit::Expr& expression) {
  try {
    return jit::ScriptTypeParser().parseTypeFromExpr(expression);
  } catch (const std::exception&) {
    return nullptr;
  }
}

/// The type that every known schema of this call wants for an argument; null if they differ, or a Tensor fits.
c10::TypePtr wanted_type(const CallShape& shape, std::size_t argument) {
  c10::TypePtr wanted;
  for (const auto& known : jit::getAllOperatorsFor(c10::Symbol::fromQualString(shape.op))) {
    const c10::FunctionSchema& schema = known->schema();
    if (!takes(schema, shape) || argument >= schema.arguments().size()) continue;
    c10::TypePtr type = schema.arguments()[argument].type();
    if (const auto* optional = type->castRaw<c10::OptionalType>()) type = optional->getElementType();
    const bool fits_tensor = type->hasFreeVariables() || c10::TensorType::get()->isSubtypeOf(*type);
    if (fits_tensor || (wanted != nullptr && *wanted != *type)) return nullptr;
    wanted = type;
  }
  return wanted;
}

/// What the code of one function tells of the types of its expressions.
class UseTypes {
 public:
  explicit UseTypes(const jit::TreeRef& definition) {
    if (definition->kind() == jit::TK_DEF && jit::Def(definition).decl().return_type().present()) {
      result_ = parse_type(jit::Def(definition).decl().return_type().get());
    }
    std::vector<jit::TreeRef> todo{definition};
    while (!todo.empty()) {
      const jit::TreeRef tree = todo.back();
      todo.pop_back();
      read(tree);
      for (const jit::TreeRef& child : tree->trees()) todo.push_back(child);
    }
  }

  Results of_call(const jit::Apply& call) const {
    const auto targets = targets_.find(call.tree().get());
    if (targets == targets_.end()) return {type_of(call)};
    Results results;
    for (const jit::Expr& target : targets->second) results.push_back(type_of(target));
    if (results.size() == 1 && results[0] == nullptr) results[0] = type_of(call);
    return results;
  }

 private:
  c10::TypePtr type_of(const jit::Expr& value) const {
    if (value.kind() == jit::TK_VAR) {
      const auto named = names_.find(jit::Var(value).name().name());
      return named == names_.end() ? nullptr : named->second;
    }
    const auto known = expressions_.find(value.tree().get());
    return known == expressions_.end() ? nullptr : known->second;
  }

  void tell(const jit::Expr& value, const c10::TypePtr& type) {
    if (type == nullptr) return;
    if (value.kind() == jit::TK_VAR) names_.emplace(jit::Var(value).name().name(), type);
    expressions_.emplace(value.tree().get(), type);
    const auto* tuple = type->castRaw<c10::TupleType>();
    if (tuple == nullptr || value.kind() != jit::TK_TUPLE_LITERAL) return;
    const auto elements = jit::TupleLiteral(value).inputs();
    for (std::size_t i = 0; i < std::min<std::size_t>(elements.size(), tuple->elements().size()); ++i) {
      tell(elements[i], tuple->elements()[i]);
    }
  }

  void read(const jit::TreeRef& tree) {
    if (tree->kind() == jit::TK_RETURN) tell(jit::Return(tree).expr(), result_);
    if (tree->kind() == jit::TK_IF) tell(jit::If(tree).cond(), c10::BoolType::get());
    if (tree->kind() == jit::TK_APPLY) read_call(jit::Apply(tree));
    if (tree->kind() == jit::TK_ASSIGN) read_assignment(jit::Assign(tree));
  }

  void read_call(const jit::Apply& call) {
    const auto inputs = call.inputs();
    const std::string name = call.callee().kind() == jit::TK_VAR ? jit::Var(call.callee()).name().name() : "";
    if (name == "annotate" && inputs.size() == 2) tell(inputs[1], parse_type(inputs[0]));
    if (name == "range") {
      for (const jit::Expr& bound : inputs) tell(bound, c10::IntType::get());
    }
    const CallShape shape = shape_of(call);
    if (shape.op.empty()) return;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const bool may_be_result = inputs[i].kind() == jit::TK_VAR || inputs[i].kind() == jit::TK_APPLY;
      if (may_be_result) tell(inputs[i], wanted_type(shape, i));
    }
  }

  void read_assignment(const jit::Assign& assignment) {
    if (!assignment.rhs().present()) return;
    std::vector<jit::Expr> targets;
    for (const jit::Expr& target : assignment.lhs_list()) targets.push_back(target);
    if (targets.size() == 1 && targets[0].kind() == jit::TK_TUPLE_LITERAL) {
      const auto elements = jit::TupleLiteral(targets[0]).inputs();
      targets.clear();
      for (const jit::Expr& element : elements) targets.push_back(element);
    }
    if (assignment.type().present()) tell(assignment.rhs().get(), parse_type(assignment.type().get()));
    targets_.emplace(assignment.rhs().get().tree().get(), std::move(targets));
  }

  c10::TypePtr result_;
  std::map<std::string, c10::TypePtr> names_;
  std::map<const jit::Tree*, c10::TypePtr> expressions_;
  std::map<const jit::Tree*, std::vector<jit::Expr>> targets_;  // of assigned values
};

/// Collects the calls that no schema takes.
class CallSites {
 public:
  void scan(const jit::TreeRef& definition) {
    std::vector<jit::Apply> unknown;
    std::vector<jit::TreeRef> todo{definition};
    while (!todo.empty()) {
      const jit::TreeRef tree = todo.back();
      todo.pop_back();
      if (tree->kind() == jit::TK_APPLY && is_unknown(jit::Apply(tree))) unknown.emplace_back(tree);
      for (const jit::TreeRef& child : tree->trees()) todo.push_back(child);
    }
    if (unknown.empty()) return;
    const UseTypes types(definition);
    for (const jit::Apply& call : unknown) add(shape_of(call), types.of_call(call));
  }

  const std::map<CallShape, Results>& missing() const { return missing_; }

 private:
  static bool is_unknown(const jit::Apply& call) {
    const CallShape shape = shape_of(call);
    return !shape.op.empty() && !is_known(shape);
  }

  /// One call site may tell what another leaves open.
  void add(const CallShape& shape, const Results& results) {
    const auto [entry, fresh] = missing_.try_emplace(shape, results);
    if (fresh || entry->second.size() != results.size()) return;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (entry->second[i] == nullptr) entry->second[i] = results[i];
    }
  }

  std::map<CallShape, Results> missing_;
};

/// Adds the calls of one file of code; what does not parse is left to the importer, which says why.
void scan_file(const std::string& record, std::string_view code, CallSites& sites) {
  const auto source = make_source(std::string(code), record);
  try {
    jit::Parser parser(source);
    jit::Lexer& lexer = parser.lexer();
    while (lexer.cur().kind != jit::TK_EOF) {
      if (lexer.cur().kind == jit::TK_CLASS_DEF) {
        const jit::ClassDef definition(parser.parseClass());
        for (const jit::Stmt& statement : definition.body()) sites.scan(statement.tree());
      } else {
        sites.scan(parser.parseFunction(/*is_method=*/false));
      }
    }
  } catch (const std::exception&) {
    return;
  }
}

/// The schema as text for people: argument types are free, so they are not shown.
std::string describe(const CallShape& shape, const std::vector<c10::Argument>& returns) {
  std::string text = shape.op + "(";
  for (std::size_t i = 0; i < shape.positional; ++i) text += i == 0 ? "_" : ", _";
  for (const std::string& name : shape.named) text += (text.back() == '(' ? "" : ", ") + name + "=_";
  text += ") -> ";
  std::string results;
  for (const c10::Argument& result : returns)
    results += (results.empty() ? "" : ", ") + result.type()->annotation_str();
  return text + (returns.size() == 1 ? results : "(" + results + ")");
}

DerivedOperator register_stand_in(const CallShape& shape, const Results& results, std::size_t number) {
  std::vector<c10::Argument> arguments;
  for (std::size_t i = 0; i < shape.positional + shape.named.size(); ++i) {
    const bool named = i >= shape.positional;
    // A type variable of its own: any type fits.
    arguments.emplace_back(named ? shape.named[i - shape.positional] : "a" + std::to_string(i),
                           c10::VarType::create("t" + std::to_string(i)), kNothing, kNothing, named);
  }
  std::vector<c10::Argument> returns;
  for (const c10::TypePtr& type : results) {
    returns.emplace_back("", type == nullptr ? c10::TypePtr(c10::TensorType::get()) : type);
  }
  const std::string description = describe(shape, returns);
  const auto never_run = [](jit::Stack&) { TORCH_CHECK(false, "a stand-in was run"); };
  jit::registerOperator(jit::Operator(shape.op, std::string(kStandIn) + std::to_string(number), std::move(arguments),
                                      std::move(returns), never_run, c10::AliasAnalysisKind::CONSERVATIVE));
  return {.op = shape.op, .schema = description};
}

}  // namespace

std::vector<DerivedOperator> register_missing_operators(Archive& archive) {
  CallSites sites;
  for (const std::string& record : archive.code()) scan_file(record, archive.read(record), sites);
  std::vector<DerivedOperator> derived;
  for (const auto& [shape, results] : sites.missing()) {
    derived.push_back(register_stand_in(shape, results, derived.size()));
  }
  return derived;
}

}  // namespace graphwitness::torchscript
