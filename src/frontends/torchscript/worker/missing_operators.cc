#include "frontends/torchscript/worker/missing_operators.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
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

/// How a result is used; none known: a Tensor.
struct Use {
  std::size_t results = 1;
  c10::TypePtr type{};
};

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

/// Collects the calls that no schema takes.
class CallSites {
 public:
  void scan(const jit::TreeRef& definition) {
    find_returned_names(definition);
    std::vector<jit::TreeRef> todo{definition};
    while (!todo.empty()) {
      const jit::TreeRef tree = todo.back();
      todo.pop_back();
      note_use(tree);
      if (tree->kind() == jit::TK_APPLY) add(jit::Apply(tree));
      for (const jit::TreeRef& child : tree->trees()) todo.push_back(child);
    }
  }

  const std::map<CallShape, Use>& missing() const { return missing_; }

 private:
  void find_returned_names(const jit::TreeRef& definition) {
    returned_.clear();
    uses_.clear();
    result_ = nullptr;
    if (definition->kind() != jit::TK_DEF) return;
    const jit::Def def(definition);
    if (def.decl().return_type().present()) result_ = parse_type(def.decl().return_type().get());
    for (const jit::Stmt& statement : def.statements()) {
      if (statement.kind() != jit::TK_RETURN) continue;
      const jit::Expr value = jit::Return(statement).expr();
      if (value.kind() == jit::TK_VAR) returned_.insert(jit::Var(value).name().name());
    }
  }

  /// Remembers what a statement tells about the result of the call that it holds. Statements come before what they
  /// hold.
  void note_use(const jit::TreeRef& tree) {
    if (tree->kind() == jit::TK_RETURN) note(jit::Return(tree).expr(), {.type = result_});
    if (tree->kind() == jit::TK_IF) note(jit::If(tree).cond(), {.type = c10::BoolType::get()});
    if (tree->kind() == jit::TK_APPLY) note_annotation(jit::Apply(tree));
    if (tree->kind() == jit::TK_ASSIGN) note_assignment(jit::Assign(tree));
  }
  void note(const jit::Expr& value, Use use) { uses_[value.tree().get()] = std::move(use); }

  void note_annotation(const jit::Apply& call) {
    if (call.callee().kind() != jit::TK_VAR || call.inputs().size() != 2) return;
    const std::string name = jit::Var(call.callee()).name().name();
    if (name == "annotate") note(call.inputs()[1], {.type = parse_type(call.inputs()[0])});
  }

  void note_assignment(const jit::Assign& assignment) {
    if (!assignment.rhs().present()) return;
    const jit::Expr value = assignment.rhs().get();
    Use use{.results = assignment.lhs_list().size()};
    const jit::Expr target = assignment.lhs_list()[0];
    if (use.results == 1 && target.kind() == jit::TK_TUPLE_LITERAL) {
      use.results = jit::TupleLiteral(target).inputs().size();
    }
    if (assignment.type().present()) use.type = parse_type(assignment.type().get());
    const bool returned = target.kind() == jit::TK_VAR && returned_.contains(jit::Var(target).name().name());
    if (use.results == 1 && use.type == nullptr && returned) use.type = result_;
    note(value, std::move(use));
  }

  void add(const jit::Apply& call) {
    const CallShape shape = shape_of(call);
    if (shape.op.empty() || missing_.contains(shape) || is_known(shape)) return;
    const auto use = uses_.find(call.tree().get());
    missing_.emplace(shape, use == uses_.end() ? Use{} : use->second);
  }

  std::map<CallShape, Use> missing_;
  std::set<std::string> returned_;
  std::map<const jit::Tree*, Use> uses_;
  c10::TypePtr result_;
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

DerivedOperator register_stand_in(const CallShape& shape, const Use& use, std::size_t number) {
  std::vector<c10::Argument> arguments;
  for (std::size_t i = 0; i < shape.positional + shape.named.size(); ++i) {
    const bool named = i >= shape.positional;
    // A type variable of its own: any type fits.
    arguments.emplace_back(named ? shape.named[i - shape.positional] : "a" + std::to_string(i),
                           c10::VarType::create("t" + std::to_string(i)), kNothing, kNothing, named);
  }
  std::vector<c10::Argument> returns;
  const c10::TypePtr type = use.type == nullptr ? c10::TypePtr(c10::TensorType::get()) : use.type;
  for (std::size_t i = 0; i < use.results; ++i) returns.emplace_back("", type);
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
  for (const auto& [shape, use] : sites.missing()) derived.push_back(register_stand_in(shape, use, derived.size()));
  return derived;
}

}  // namespace graphwitness::torchscript
