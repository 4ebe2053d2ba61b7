<?php
// The rewriting of a WordPress site: a file that exists is run, with whatever follows it as PATH_INFO; everything else is
// index.php of its folder. As with Apache's and nginx's usual rules.
$path = rawurldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$steps = explode('/', $path);
$script = '';
foreach ($steps as $at => $step) {
    $script .= $at ? "/$step" : '';
    if (str_ends_with($script, '.php') && is_file(__DIR__ . $script)) {
        $_SERVER['SCRIPT_NAME'] = $script;
        $_SERVER['PATH_INFO'] = substr($path, strlen($script));
        require __DIR__ . '/report.php';
        return true;
    }
}
foreach (['/blog', '/other', ''] as $folder) {
    if ($folder === '' || $path === $folder || str_starts_with($path, "$folder/")) {
        $_SERVER['SCRIPT_NAME'] = "$folder/index.php";
        // Rewritten, and not reached by index.php/PATH.
        $_SERVER['PATH_INFO'] = '';
        require __DIR__ . '/report.php';
        return true;
    }
}
