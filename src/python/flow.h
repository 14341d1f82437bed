#pragma once
/// Follows values through the functions of one file and notes what a recording loses on the way.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "python/scope.h"
#include "python/values.h"
#include "python/vocabulary.h"

namespace graphwitness::python {

class Flow {
 public:
  Flow(const Scope& scope, const std::vector<Visit>& visits);

  /// A function as the trace entered it, its parameters judged by their declarations and uses.
  void enter(const Visit& visit);
  std::vector<Loss> take() && { return std::move(losses_); }

 private:
  using Environment = std::map<std::string_view, Value>;
  /// A function that is being followed.
  struct Frame {
    std::uint32_t function = kNothing;
    std::string_view self;
    Environment variables;
    Value result;
    bool has_result = false;
    const Frame* outer = nullptr;  ///< whose variables a lambda or nested function sees
    const std::set<std::uint32_t>* lines = nullptr;
  };
  struct Argument {
    std::string_view name;
    ExprIndex expr = kNothing;
    Value value;
  };
  /// Nothing is reported while one lives.
  class Quiet {
   public:
    explicit Quiet(Flow& flow) : flow_(flow) { ++flow_.quiet_; }
    ~Quiet() { --flow_.quiet_; }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

   private:
    Flow& flow_;
  };

  // Parameters.
  Value parameter(const Function& function, const Parameter& declared, bool is_input, bool is_entry) const;
  bool is_used_as_tensor(const Function& function, std::string_view name) const;
  bool annotated(ExprIndex annotation, std::string_view word) const;

  // Statements.
  void run(Frame& frame, const std::vector<StmtIndex>& body);
  bool step(Frame& frame, const Stmt& stmt);  ///< false: nothing after it was run
  bool branch(Frame& frame, const Stmt& stmt);
  void loop(Frame& frame, const Stmt& stmt);
  void while_loop(Frame& frame, const Stmt& stmt);
  void attempt(Frame& frame, const Stmt& stmt);
  void context(Frame& frame, const Stmt& stmt);
  void assign(Frame& frame, ExprIndex target, const Value& value, bool is_update);
  Value rest_of(Frame& frame, const Expr& target, const Value& whole);
  void assign_attribute(Frame& frame, const Expr& target, const Value& value, bool is_update);
  void assign_item(Frame& frame, const Expr& target, const Value& value);
  void give_back(Frame& frame, const Value& value);

  // Expressions.
  Value evaluate(Frame& frame, ExprIndex index);
  Value variable(Frame& frame, const Expr& expr);
  Value attribute(Frame& frame, const Expr& expr);
  Value attribute_of_self(Frame& frame, const Expr& expr);
  Value subscript(Frame& frame, const Expr& expr);
  Value compare(Frame& frame, const Expr& expr);
  Value display(Frame& frame, const Expr& expr);
  Value comprehension(Frame& frame, const Expr& expr);
  Value formatted(Frame& frame, const Expr& expr);
  /// Truth of an expression, of which nothing but the decision is reported.
  Value condition(Frame& frame, ExprIndex index);
  /// One item of what is iterated over.
  static Value item(const Value& iterable);
  void report_iteration(Frame& frame, const Expr& at, const Value& iterable);

  // Calls.
  bool is_global(const Frame& frame, const Expr& expr) const;
  /// The name that a chain of attributes begins with; "" when it begins with something else.
  std::string_view root_of(const Expr& expr) const;
  Value call(Frame& frame, const Expr& expr);
  std::vector<Argument> arguments(Frame& frame, const Expr& expr);
  Value call_method(Frame& frame, const Expr& expr, const Value& base, std::string_view name);
  Value call_tensor(Frame& frame, const Expr& expr, const Value& base, std::string_view name);
  Value call_container(Frame& frame, const Expr& expr, const Value& base, std::string_view name);
  Value call_known(Frame& frame, const Expr& expr, const std::string& name, Callee kind);
  Value call_builtin(Frame& frame, const Expr& expr, std::string_view name, bool& is_builtin);
  Value call_function(Frame& frame, const Expr& expr, std::uint32_t function, const Frame* outer);
  Value call_lambda(Frame& frame, ExprIndex lambda, const std::vector<Value>& values);
  Value convert(Frame& frame, const Expr& expr, std::string_view how, const Value& value);
  Value call_numpy(Frame& frame, const Expr& expr, const std::string& name, const std::vector<Argument>& given);
  Value make_constant(Frame& frame, const Expr& expr, const std::string& name, const std::vector<Argument>& given);
  Value length(Frame& frame, const Expr& expr, const Value& of);
  static Value range(const std::vector<Argument>& given);
  Value map_or_filter(Frame& frame, const Expr& expr, std::string_view name);
  Value make_sequence(Frame& frame, const Expr& expr, std::string_view name);
  Value choose(Frame& frame, const Expr& expr, std::string_view name, const std::vector<Argument>& given);
  /// The first argument of a form that carries a label; null when none does.
  static const Argument* labelled(const std::vector<Argument>& given, Value::Form form);
  void look_at_arguments(Frame& frame, const std::vector<Argument>& given);
  Value draw(Frame& frame, const Expr& at, const std::string& name);
  Value advance(Frame& frame, const Expr& at, const Value& iterator);
  void look_at_value(Frame& frame, const Expr& at, const Value& value);
  static Value taken_from(const Value& container);
  static Value result_of(const std::vector<Argument>& given, Value::Form form);

  // Reports.
  void report(Frame& frame, const Expr& at, std::string_view rule, Weight weight, const Value& value,
              std::string message, std::string keeps, std::string loses, std::string fix);
  void report_write(Frame& frame, const Expr& at, const Value& target);
  void report_kept(Frame& frame, const Expr& at, const Value& test);
  bool is_touched(const Frame& frame, const std::vector<StmtIndex>& body) const;
  bool only_raises(const std::vector<StmtIndex>& body) const;
  bool matters(const std::vector<StmtIndex>& body) const;
  bool ends(const std::vector<StmtIndex>& body) const;
  std::string lines_of(const std::vector<StmtIndex>& body) const;
  const Expr& expr(ExprIndex index) const { return scope_[index]; }
  const Stmt& stmt(StmtIndex index) const { return scope_.module().stmts[index]; }

  const Scope& scope_;
  std::map<std::uint32_t, const Visit*> visits_;
  std::vector<Loss> losses_;
  std::set<std::tuple<std::string_view, std::uint32_t, std::uint32_t>> known_;
  std::vector<std::uint32_t> stack_;  ///< functions being followed
  std::uint32_t quiet_ = 0;
  std::uint32_t steps_ = 0;
};

}  // namespace graphwitness::python
