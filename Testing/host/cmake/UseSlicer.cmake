enable_testing()

# CTK's macro copies each file into the build tree and installs it, keeping its folder.
function(ctkMacroCompilePythonScript)
  cmake_parse_arguments(MY "NO_INSTALL_SUBDIR" "TARGET_NAME;DESTINATION_DIR;INSTALL_DIR" "SCRIPTS;RESOURCES" ${ARGN})
  set(install_dir ${MY_INSTALL_DIR})
  if(NOT MY_NO_INSTALL_SUBDIR)
    get_filename_component(subdir ${CMAKE_CURRENT_SOURCE_DIR} NAME)
    set(install_dir ${install_dir}/${subdir})
  endif()
  foreach(file ${MY_SCRIPTS} ${MY_RESOURCES})
    get_filename_component(folder ${file} DIRECTORY)
    configure_file(${file} ${MY_DESTINATION_DIR}/${file} COPYONLY)
    install(FILES ${file} DESTINATION ${install_dir}/${folder})
  endforeach()
endfunction()

function(SlicerMacroConfigureGenericPythonModuleTests name result)
  set(${result} "" PARENT_SCOPE)
endfunction()

macro(slicer_add_python_unittest)
  cmake_parse_arguments(UNITTEST "" "SCRIPT;TESTNAME_PREFIX" "SLICER_ARGS" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${UNITTEST_SCRIPT})
    message(FATAL_ERROR "slicer_add_python_unittest: no ${UNITTEST_SCRIPT}")
  endif()
  add_test(NAME py_${UNITTEST_SCRIPT} COMMAND ${CMAKE_COMMAND} -E true)
endmacro()

if(SLICER_SOURCE_DIR)
  include(${SLICER_SOURCE_DIR}/CMake/SlicerMacroBuildScriptedModule.cmake)
else()
  macro(slicerMacroBuildScriptedModule)
    cmake_parse_arguments(MODULE "WITH_GENERIC_TESTS;WITH_SUBDIR" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
    if(MODULE_UNPARSED_ARGUMENTS)
      message(FATAL_ERROR "slicerMacroBuildScriptedModule: unknown ${MODULE_UNPARSED_ARGUMENTS}")
    endif()
    set(subdir_option NO_INSTALL_SUBDIR)
    set(subdir "")
    if(MODULE_WITH_SUBDIR)
      set(subdir_option "")
      get_filename_component(subdir ${CMAKE_CURRENT_SOURCE_DIR} NAME)
      set(subdir "/${subdir}")
    endif()
    ctkMacroCompilePythonScript(
      TARGET_NAME ${MODULE_NAME}
      SCRIPTS "${MODULE_SCRIPTS}"
      RESOURCES "${MODULE_RESOURCES}"
      DESTINATION_DIR ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}${subdir}
      INSTALL_DIR ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR}
      ${subdir_option})
  endmacro()
endif()
