# Compiler, linker, warnings, sanitizers: the same for every target.
find_program(AVA_CCACHE ccache)
if(AVA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=time_macros,locale ${AVA_CCACHE})
endif()
find_program(AVA_MOLD mold)
if(AVA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wno-missing-field-initializers -Werror=return-type -fno-omit-frame-pointer)
# GCC 12 reports these on correct code of std::variant and std::string at -O1 and above.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer)
  # It takes sources that are compiled together for headers (docs/adr/0015).
  if(CMAKE_UNITY_BUILD)
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()

if(AVA_SANITIZE STREQUAL "address")
  # Clang only: one build for the unit tests and the fuzz targets (tests/fuzz says what they need besides). A parser that
  # overflows an integer is wrong also where the machine wraps it, so every report of UndefinedBehaviorSanitizer ends the run.
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "AVA_SANITIZE=address needs clang++: remove this build folder, then cmake --preset asan")
  endif()
  # Left out: what AddressSanitizer finds anyway (a null pointer read, an object too small), and vptr. They double the build.
  # And function: clang 14 cannot assemble a coroutine with it ("Cannot represent a difference across sections").
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=null,object-size,vptr,function -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
elseif(AVA_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
elseif(AVA_SANITIZE)
  message(FATAL_ERROR "AVA_SANITIZE must be address or thread, not '${AVA_SANITIZE}'")
endif()
find_package(Threads REQUIRED)
