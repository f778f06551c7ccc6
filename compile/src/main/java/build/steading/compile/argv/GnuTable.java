// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// The options of GCC and Clang. Those that only the linker cares for change nothing about a compile.
///
/// A `-f…` or `-m…` without a value switches something in the compiler, and touches no file unless it is listed.
/// With a value it is only understood if it is listed.
final class GnuTable {
    private static final String BOTH = """
        compile flag -c
        assemble flag -S
        output either -o
        output joined --output=
        language either -x
        drop flag -pipe --pipe
        include either -I
        quote either -iquote
        system either -isystem
        after either -idirafter
        prefix either -iprefix
        with-prefix either -iwithprefix
        with-prefix-before either -iwithprefixbefore
        embed-dir joined --embed-dir=
        isysroot either -isysroot
        sysroot joined --sysroot=
        sysroot separate --sysroot
        no-standard flag -nostdinc --no-standard-includes
        shaping flag -nostdinc++
        forced either -include
        forced separate --include
        forced joined --include=
        forced-macros either -imacros
        forced-macros separate --imacros
        forced-macros joined --imacros=
        define either -D
        undefine either -U
        plain either -A
        dependencies flag -MD -MMD
        dependencies-file either -MF
        plain either -MT -MQ
        plain flag -MP
        to-preprocessor joined -Wp,
        to-preprocessor-next separate -Xpreprocessor
        to-assembler joined -Wa,
        to-assembler-next separate -Xassembler
        debug joined -g
        plain joined -gcolumn-info -gno- -gstrict-dwarf -grecord-gcc-switches -gz -gpubnames -ggnu-pubnames
          -gvariable-location-views -gstatement-frontiers -ginline-points -gas-loc -gas-locview -gdescribe-dies
          -ginternal-reset-location-views
        split-debug flag -gsplit-dwarf
        coverage flag --coverage -coverage
        coverage-notes flag -ftest-coverage
        embeds flag -fprofile-arcs -fprofile-generate -fprofile-abs-path -fcoverage-mapping -fprofile-instr-generate
          -fcs-profile-generate
        embeds joined -fprofile-dir= -fprofile-generate= -fprofile-instr-generate= -fcs-profile-generate=
          -fprofile-prefix-path=
        stack-usage flag -fstack-usage
        profile joined -fprofile-use= -fprofile-instr-use= -fprofile-sample-use= -fauto-profile=
        colour joined -fdiagnostics-color=
        colour-always flag -fdiagnostics-color -fcolor-diagnostics
        colour-never flag -fno-diagnostics-color -fno-color-diagnostics -fdiagnostics-plain-output
        switch joined -f
        plain joined -W -O
        plain flag -w --all-warnings --extra-warnings -pedantic -pedantic-errors --pedantic --pedantic-errors
          --no-warnings -H --trace-includes -p -pg --profile -quiet
        shaping joined -m -std= --std= -stdlib= --param=
        shaping flag -ansi --ansi -undef -trigraphs --trigraphs -pthread -pthreads -nolibc
        shaping separate --param
        plain joined -fabi-compat-version= -fabi-version= -falign-functions= -falign-jumps= -falign-labels=
          -falign-loops= -faligned-new= -fanalyzer-checker= -fanalyzer-verbosity= -fasan-shadow-offset=
          -fcf-protection= -fchecking= -fconcepts-diagnostics-depth= -fconst-string-class=
          -fconstexpr-cache-depth= -fconstexpr-depth= -fconstexpr-loop-limit= -fconstexpr-ops-limit=
          -fdebug-prefix-map= -ffile-prefix-map= -fmacro-prefix-map= -fprofile-prefix-map= -fcoverage-prefix-map=
          -fdiagnostics-column-origin= -fdiagnostics-column-unit= -fdiagnostics-escape-format=
          -fdiagnostics-format= -fdiagnostics-minimum-margin-width= -fdiagnostics-path-format=
          -fdiagnostics-show-location= -fdiagnostics-urls= -femit-struct-debug-detailed= -fexcess-precision=
          -fexec-charset= -ffp-contract= -finline-limit= -finstrument-functions-exclude-file-list=
          -finstrument-functions-exclude-function-list= -fira-algorithm= -fira-region= -flifetime-dse=
          -flive-patching= -flto-compression-level= -flto-partition= -flto= -fmax-errors= -fmax-include-depth=
          -fmessage-length= -fobjc-abi-version= -fobjc-std= -foffload-abi= -foffload= -foffload-options=
          -fopenacc-dim= -fpack-struct= -fpatchable-function-entry= -fpermitted-flt-eval-methods=
          -fprofile-exclude-files= -fprofile-filter-files= -fprofile-info-section= -fprofile-reproducible=
          -fprofile-update= -frandom-seed= -freorder-blocks-algorithm= -fsanitize-coverage= -fsanitize-recover=
          -fno-sanitize-recover= -fsanitize-sections= -fsanitize= -fno-sanitize= -fsanitize-trap=
          -fno-sanitize-trap= -fno-sanitize-coverage= -fsched-stalled-insns-dep= -fsched-stalled-insns=
          -fsimd-cost-model= -fsso-struct= -fstack-check= -fstack-limit-register= -fstack-limit-symbol=
          -fstack-reuse= -fstrong-eval-order= -fstrict-flex-arrays= -fstrub= -ftabstop= -ftemplate-backtrace-limit=
          -ftemplate-depth= -ftls-model= -ftrack-macro-expansion= -ftree-parallelize-loops=
          -ftree-vectorizer-verbose= -ftrivial-auto-var-init= -fvect-cost-model= -fvisibility= -fvtable-verify=
          -fwide-exec-charset= -fzero-call-used-regs= -fuse-ld= -fhardened= -fcondition-coverage= -fdeps-target=
        plain flag -finput-charset=UTF-8 -finput-charset=utf-8
        plain flag -shared -static -static-libgcc -static-libstdc++ -rdynamic -pie -no-pie -static-pie -nostdlib
          -nostdlib++ -nodefaultlibs -nostartfiles -s -r
        plain joined -Wl,
        plain either -L -l -u
        plain separate -Xlinker -z -e --entry -T
        local:preprocess flag -E -P -C -CC --preprocess --comments --comments-in-macros -fdirectives-only
          -traditional -traditional-cpp --traditional-cpp -fpreprocessed -remap
        local:dependencies flag -M -MM -MG --dependencies --user-dependencies --write-dependencies
          --write-user-dependencies --print-missing-file-dependencies -Mmodules
        local:syntax flag -fsyntax-only --syntax-only
        local:query flag -v --verbose -### -Q --version -fversion -fmem-report -ftime-report
          -ftime-report-details -time
        local:query joined --help --target-help -print- --print- -dumpversion -dumpfullversion -dumpmachine
          -dumpspecs --completion= -fhelp= -ftime-trace -ftime-trace= -ftime-report=
        local:native joined -march=native -mtune=native -mcpu=native
        local:plugin joined -fplugin -fpass-plugin= -iplugindir=
        local:toolchain joined -specs= --specs= --gcc-toolchain= --gcc-install-dir= --config= -no-canonical-prefixes
          -B --prefix= --driver-mode= -resource-dir -fself-test= -fsymbol-partition=
        local:toolchain separate -wrapper --config -imultilib -imultiarch -working-directory
        local:toolchain joined -working-directory=
        local:modules joined -fmodule --precompile -fprebuilt- -fdeps- -fbuiltin-module-map
        local:precompiled-header joined -include-pch -emit-pch --output-pch= -building-pch
        local:bitcode joined -emit-llvm -emit-ast -emit-interface-stubs -fembed-offload-object=
        local:dumps joined -d -fdump- -aux-info -aux-info= -gen-decls -fopt-info- -fdiagnostics-format=json-file
          -fdiagnostics-format=sarif-file -fcompare-debug -index-store-path -fsave-optimization-record
          -foptimization-record -fprofile-note= -ftree-dump -fdbg-cnt= -fdiagnostics-add-output=
          -fdiagnostics-set-output= -fcrash-diagnostics -gen-reproducer -fgen-reproducer
        local:temporaries joined -save-temps --save-temps -dumpbase -dumpdir -dumpbase-ext --dump
        local:profile flag -fprofile-use -fauto-profile -fbranch-probabilities -fprofile-instr-use
          -fprofile-sample-use
        local:charset joined -finput-charset=
        local:search-path flag -I- -I.-
        """;

    private static final String GCC_ONLY = """
        call-graph flag -fcallgraph-info
        call-graph joined -fcallgraph-info=
        local:toolchain flag -pass-exit-codes
        """;

    private static final String CLANG_ONLY = """
        architecture separate -arch
        shaping joined --target=
        shaping separate -target
        shaping flag -nobuiltininc -nostdlibinc
        diagnostics separate --serialize-diagnostics -serialize-diagnostics
        embeds joined -fdebug-compilation-dir= -ffile-compilation-dir= -fcoverage-compilation-dir=
        embeds separate -fdebug-compilation-dir
        input joined -fsanitize-ignorelist= -fsanitize-blacklist= -fsanitize-system-ignorelist=
          -fsanitize-coverage-allowlist= -fsanitize-coverage-ignorelist= -fsanitize-memory-profile= -fprofile-list=
          -fxray-always-instrument= -fxray-never-instrument= -fxray-attr-list= -fmodule-map-file=
          -frandomize-layout-seed-file= -fprofile-remapping-file= -fthinlto-index=
        plain joined -Rpass -Rno- -fdiagnostics-hotness-threshold= -fclang-abi-compat= -fansi-escape-codes
          -fmacro-backtrace-limit= -ferror-limit= -fspell-checking-limit= -fcaret-diagnostics-max-lines=
          -fbracket-depth= -foperator-arrow-depth= -fconstexpr-backtrace-limit= -fconstexpr-steps= -fmsc-version=
          -fms-compatibility-version= -fobjc-runtime= -fsanitize-address-field-padding= -fdenormal-fp-math=
          -ffp-model= -ffp-exception-behavior= -ffp-eval-method= -fveclib= -fcomplex-arithmetic=
          -fbasic-block-address-map= -fvisibility-dllexport= -fsanitize-address-use-after-return=
          -fdiagnostics-show-category= -fxray-instruction-threshold= -fxray-instrumentation-bundle=
          -fprofile-selected-function-group= -fprofile-function-groups= -funique-internal-linkage-names=
          -fsplit-machine-functions= -fswift-async-fp= -fexperimental-max-bitint-width= -ftypo-count=
        plain flag -Qunused-arguments -Qn -Qy --no-default-config -fbasic-block-sections=all
          -fbasic-block-sections=labels -fbasic-block-sections=none -gsplit-dwarf=single
        split-debug flag -gsplit-dwarf=split
        local:toolchain either -ivfsoverlay --overlay-platform-toolchain -Xclang -Xarch_ -mllvm
        local:dumps joined -MJ
        local:dependencies joined -clang:
        local:toolchain flag -fno-integrated-as
        """;

    static final OptionTable GCC = OptionTable.of(BOTH, GCC_ONLY);
    static final OptionTable CLANG = OptionTable.of(BOTH, CLANG_ONLY);

    private GnuTable() {}
}
