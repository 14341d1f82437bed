#!/bin/bash
# Asks ninja which headers each object was really compiled with. On Debian the headers of LibTorch, onnx and the others
# lie in /usr/include, where no include path hides them.
set -euo pipefail
ninja=$1 build=$2
"$ninja" -C "$build" -t deps | awk '
  # The one table: whose headers, and the objects that may see them.
  BEGIN {
    allowed["/(torch|ATen|c10|caffe2)/[^ ]*\\.h$"] = "graphwitness_(torchscript|exec_torch|verify_torch|localize_torch)\\.dir|graphwitness-torch-worker\\.dir|torchscript_test\\.dir|(bare_runs|bare_import|empty_torch)\\.dir"
    allowed["/include/(onnx|google/protobuf)/"] = "graphwitness_(onnx|inference)\\.dir|graphwitness_(torchscript|exec_torch|verify_torch|localize_torch)\\.dir|graphwitness-torch-worker\\.dir|onnx_test\\.dir|(bare_runs|bare_import|empty_torch)\\.dir"
    allowed["/onnxruntime[^/]*\\.h$"] = "(graphwitness_exec_onnx|onnx_loop)\\.dir"
    allowed["/include/seccomp\\.h$"] = "graphwitness_support\\.dir"
    allowed["/graphviz/"] = "graphwitness_render\\.dir"
  }
  /^[^ ]/ { object = $1; objects += /\(VALID\)/; next }
  /include_roots|^    (\.\.\/)*src\// { next }
  {
    for (headers in allowed) {
      if ($1 ~ headers && object !~ allowed[headers]) { print object " sees " $1; bad = 1 }
    }
  }
  END {
    if (objects == 0) { print "ninja knows the headers of no object"; exit 1 }
    print objects " objects looked at"
    exit bad
  }'
