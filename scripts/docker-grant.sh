# Sourced by the MySQL image when it fills a new data directory. The image gives its user one schema only; index
# builds, progress and lock views also read performance_schema and other sessions. Development servers only: README.md
# has the GRANTs for a real one.
docker_process_sql --database=mysql <<-SQL
	GRANT ALL PRIVILEGES ON *.* TO '${MYSQL_USER}'@'%' WITH GRANT OPTION;
SQL
