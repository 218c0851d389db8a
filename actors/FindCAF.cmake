# Finds the C++ Actor Framework as Debian packages it: with neither a CMake
# config nor a pkg-config file. Gives CAF::core and CAF::test (headers only).
include(FindPackageHandleStandardArgs)
include(CMakeFindDependencyMacro)

find_path(CAF_INCLUDE_DIR NAMES caf/all.hpp)
mark_as_advanced(CAF_INCLUDE_DIR)

if(CAF_INCLUDE_DIR)
  # "#define CAF_VERSION 1706" is version 0.17.6
  file(STRINGS ${CAF_INCLUDE_DIR}/caf/config.hpp line
    REGEX "#define CAF_VERSION [0-9]+")
  string(REGEX MATCH "[0-9]+$" number "${line}")
  math(EXPR major "${number} / 10000")
  math(EXPR minor "(${number} / 100) % 100")
  math(EXPR patch "${number} % 100")
  set(CAF_VERSION ${major}.${minor}.${patch})
endif()

find_library(CAF_core_LIBRARY NAMES caf_core)
mark_as_advanced(CAF_core_LIBRARY)
if(CAF_core_LIBRARY)
  set(CAF_core_FOUND TRUE)
endif()
if(CAF_INCLUDE_DIR AND EXISTS ${CAF_INCLUDE_DIR}/caf/test/dsl.hpp)
  set(CAF_test_FOUND TRUE)
endif()

find_package_handle_standard_args(CAF
  REQUIRED_VARS CAF_INCLUDE_DIR
  VERSION_VAR CAF_VERSION
  HANDLE_COMPONENTS)

if(CAF_FOUND)
  find_dependency(Threads)
  if(CAF_core_LIBRARY AND NOT TARGET CAF::core)
    # Imported: its headers are SYSTEM.
    add_library(CAF::core SHARED IMPORTED)
    set_target_properties(CAF::core PROPERTIES
      IMPORTED_LOCATION ${CAF_core_LIBRARY}
      INTERFACE_INCLUDE_DIRECTORIES ${CAF_INCLUDE_DIR}
      INTERFACE_LINK_LIBRARIES Threads::Threads)
  endif()
  if(NOT TARGET CAF::test)
    add_library(CAF::test INTERFACE IMPORTED)
    set_target_properties(CAF::test PROPERTIES
      INTERFACE_LINK_LIBRARIES CAF::core)
  endif()
endif()
