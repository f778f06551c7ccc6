// SPDX-License-Identifier: Apache-2.0
package build.steading.compile.argv;

/// The options of `cl.exe`, which may begin with `-` as well, and what `clang-cl` has beyond them.
final class ClTable {
    private static final String BOTH = """
        compile flag /c
        object-name joined /Fo /Fo:
        include either /I
        system either /external:I /imsvc
        no-standard flag /X
        define either /D
        undefine either /U
        shaping flag /u
        forced either /FI
        all-c flag /TC
        all-cpp flag /TP
        source-c either /Tc
        source-cpp either /Tp
        use-precompiled joined /Yu
        no-precompiled flag /Y-
        precompiled-file joined /Fp /Fp:
        show-includes flag /showIncludes /showIncludes:user
        source-dependencies either /sourceDependencies
        debug flag /Z7
        linker-rest flag /link
        shaping flag /MD /MDd /MT /MTd /LD /LDd /J /GR /GR- /GX /GX- /openmp /kernel /kernel- /permissive /permissive-
          /Za /Ze /Zl /utf-8
        shaping joined /std: /Zc: /arch: /EH /fp: /RTC /Zp /vd /vm /openmp: /fsanitize= /volatile:
        plain joined /O /Q /W /w /Wv: /external:W /guard: /favor: /diagnostics: /errorReport: /H /constexpr: /pathmap:
          /d1trimfile: /MP /Fd /Fe /Fm /F /V /await /options: /fno-sanitize- /execution-charset: /cgthreads
        plain flag /nologo /GS /GS- /GA /GF /GF- /GL /GL- /GT /Gd /Ge /Gh /GH /Gr /Gv /Gw /Gw- /Gy /Gy- /Gz /GZ /bigobj
          /hotpatch /homeparams /FC /FS /Zo /Zo- /Zf /sdl /sdl- /Brepro /validate-charset /validate-charset-
          /jumptablerdata /external:anglebrackets /experimental:deterministic /experimental:external /feature
          /source-charset:utf-8 /Zh:SHA_256 /Zh:SHA1 /Zh:MD5 /ZH:SHA_256 /ZH:SHA1 /ZH:MD5 /GT- /Gm-
          /external:templates-
        plain joined /Gs
        local:preprocess flag /E /EP /P /PD /PH
        local:preprocess joined /Fi /C
        local:syntax flag /Zs
        local:query joined /? /help /HELP /Bt /Bv /Be
        local:listing joined /FA /Fa /FR /Fr /FU /FT /doc /Fx
        local:program-database flag /Zi /ZI /Gm
        local:precompiled-header joined /Yc /Yd /Yl /YX
        local:modules joined /interface /internalPartition /ifc /reference /headerUnit /exportHeader /translateInclude
          /experimental:module /scanDependencies /sourceDependencies:directives /headerName /stdIfcDir
        local:report joined /analyze /Qvec-report: /Qpar-report:
        local:toolchain joined /clr /AI /Bd /B1 /B2 /Bx /ZW /EXPORT: /external:env:
        local:charset joined /source-charset:
        """;

    private static final String CLANG_ONLY = """
        switch joined /f
        plain joined /fmax-errors= /ferror-limit= /fmsc-version= /fms-compatibility-version= /ffile-prefix-map=
          /fdebug-prefix-map= /fmacro-prefix-map= /ffp-contract= /ftemplate-depth= /fconstexpr-steps=
        colour-always flag /fcolor-diagnostics /fansi-escape-codes
        colour-never flag /fno-color-diagnostics
        embeds joined /fdebug-compilation-dir= /ffile-compilation-dir=
        shaping joined /m --target=
        shaping separate /target
        local:native joined /march=native /mtune=native /mcpu=native
        local:plugin joined /fplugin /fpass-plugin=
        local:modules joined /fmodule /fprebuilt-
        local:dumps joined /fsave-optimization-record /ftime-trace /fdump
        local:dependencies joined /clang:
        local:profile joined /fprofile /fcoverage
        local:toolchain joined /winsysroot /winsdkdir /vctoolsdir /vctoolsversion /winsdkversion /vfsoverlay /imultilib
        """;

    static final OptionTable CL = OptionTable.of(BOTH);
    static final OptionTable CLANG_CL = OptionTable.of(BOTH, CLANG_ONLY);

    private ClTable() {}
}
