# Every outside library as an imported target. Debian packages are found the usual way; the wheels' content lies in
# .deps (scripts/bootstrap), or wherever UNDERSTUDY_DEPS points.
set(UNDERSTUDY_DEPS ${CMAKE_SOURCE_DIR}/.deps CACHE PATH "Libraries, headers and models from the pinned wheels")
if(NOT EXISTS ${UNDERSTUDY_DEPS}/.complete)
  message(FATAL_ERROR "No dependencies in ${UNDERSTUDY_DEPS}: run scripts/bootstrap first.")
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tl-expected REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil libavfilter libswscale libswresample)

# OpenCV by single modules: Debian's OpenCVConfig.cmake comes only with the package that pulls in every module.
foreach(module core imgproc calib3d features2d flann photo video)
  find_library(OPENCV_${module}_LIBRARY opencv_${module} REQUIRED)
  add_library(opencv::${module} UNKNOWN IMPORTED)
  set_target_properties(opencv::${module} PROPERTIES IMPORTED_LOCATION ${OPENCV_${module}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES /usr/include/opencv4)
endforeach()

# LibTorch from the wheel. Its TorchConfig.cmake asks for a CUDA toolkit, so the target is written here. Its include
# folder carries another fmt, hence -idirafter. libtorch_cpu names CUDA libraries that a CPU run never calls.
add_library(torch::torch INTERFACE IMPORTED)
set(TORCH_DIR ${UNDERSTUDY_DEPS}/torch)
target_compile_options(torch::torch INTERFACE
  "SHELL:-idirafter ${TORCH_DIR}/include" "SHELL:-idirafter ${TORCH_DIR}/include/torch/csrc/api/include")
target_link_libraries(torch::torch INTERFACE ${TORCH_DIR}/lib/libtorch_cpu.so ${TORCH_DIR}/lib/libc10.so ${TORCH_DIR}/lib/libgomp.so.1 Threads::Threads)
target_link_options(torch::torch INTERFACE -Wl,--allow-shlib-undefined -Wl,-rpath,${TORCH_DIR}/lib)

# OpenVINO from the wheel: its own OpenVINOConfig.cmake insists on the plugins and front ends that are left out here.
# The plugins and front ends that are there are opened by name from the folder of libopenvino.
file(GLOB OPENVINO_LIBRARY ${UNDERSTUDY_DEPS}/openvino/libs/libopenvino.so.*)
add_library(openvino::runtime UNKNOWN IMPORTED)
set_target_properties(openvino::runtime PROPERTIES IMPORTED_LOCATION ${OPENVINO_LIBRARY}
  INTERFACE_INCLUDE_DIRECTORIES ${UNDERSTUDY_DEPS}/openvino/include)
target_link_options(openvino::runtime INTERFACE -Wl,--allow-shlib-undefined -Wl,-rpath,${UNDERSTUDY_DEPS}/openvino/libs)

pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(OPENEXR REQUIRED IMPORTED_TARGET OpenEXR)

# The studio's server; Debian's package has a library and its header.
find_library(HTTPLIB_LIBRARY cpp-httplib REQUIRED)
