# Configures and builds the project in SOURCE in the folder BUILD with the
# DEFINITIONS, and runs its program with ARGUMENT:
#
#   cmake -D SOURCE=... -D BUILD=... -D ARGUMENT=... -D DEFINITIONS=...
#         -P build_and_run.cmake

list(TRANSFORM DEFINITIONS PREPEND -D)
execute_process(COMMAND
  ${CMAKE_COMMAND} -G Ninja -S ${SOURCE} -B ${BUILD} ${DEFINITIONS}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD}
  COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${BUILD}/my_node ${ARGUMENT}
  COMMAND_ERROR_IS_FATAL ANY)
